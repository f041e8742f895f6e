using Bloomery.Formats;
using Bloomery.Formats.Gguf;

namespace Bloomery.Tests.Formats.Gguf;

public sealed class ImportanceMatrixTests
{
    private static GgufBytes Good() => new GgufBytes()
        .Key("general.type", "imatrix").Strings("imatrix.datasets", "wiki.txt").Key("imatrix.chunk_count", 7u).Key("imatrix.chunk_size", 512u)
        .Floats("blk.0.attn_q.weight.in_sum2", [3, 1], 2, 4, 0).Floats("blk.0.attn_q.weight.counts", [1, 1], 2)
        .Floats("blk.0.ffn_up_exps.weight.in_sum2", [2, 3], 3, 6, 0, 0, 5, 10).Floats("blk.0.ffn_up_exps.weight.counts", [1, 3], 3, 0, 5);

    [Fact]
    public void DividesSumsByCounts()
    {
        using GgufFile file = GgufFile.Open(Good().Build());
        ImportanceMatrix matrix = ImportanceMatrix.From(file);
        Assert.Equal(["wiki.txt"], matrix.Datasets);
        Assert.Equal((7, 512), (matrix.ChunkCount, matrix.ChunkSize));
        Assert.Equal(["blk.0.attn_q.weight", "blk.0.ffn_up_exps.weight"], matrix.Names);
        Assert.True(matrix.TryGet("blk.0.attn_q.weight", 0, 3, out ReadOnlySpan<float> importance));
        Assert.Equal([1, 2, 0], importance.ToArray());
        float[][] experts = [[1, 2], [1, 1], [1, 2]]; // no token met the second
        for (int expert = 0; expert < 3; expert++)
        {
            Assert.True(matrix.TryGet("blk.0.ffn_up_exps.weight", expert, 2, out importance));
            Assert.Equal(experts[expert], importance.ToArray());
        }
        Assert.False(matrix.TryGet("blk.1.attn_q.weight", 0, 3, out _));
    }

    [Fact]
    public void RefusesAnotherModelsShapes()
    {
        using GgufFile file = GgufFile.Open(Good().Build());
        ImportanceMatrix matrix = ImportanceMatrix.From(file);
        Assert.Contains("another model", Assert.Throws<ArgumentException>(() => matrix.TryGet("blk.0.attn_q.weight", 0, 4, out _)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.TryGet("blk.0.attn_q.weight", 1, 3, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.TryGet("blk.0.attn_q.weight", -1, 3, out _));
    }

    [Fact]
    public void RefusesWhatIsNone()
    {
        Check(new GgufBytes().Floats("a", [1], 1), "no importance matrix");
        Check(new GgufBytes().Floats("a.in_sum2", [1], 1), "a.counts that belongs to it is missing");
        Check(new GgufBytes().Floats("a.counts", [1], 1), "a.in_sum2 that belongs to it is missing");
        Check(new GgufBytes().Floats("a.in_sum2", [2, 2], 1, 1, 1, 1).Floats("a.counts", [1, 3], 1, 1, 1), "do not fit");
        Check(new GgufBytes().Floats("a.in_sum2", [0]).Floats("a.counts", [1], 1), "do not fit");
        Check(new GgufBytes().Floats("a.in_sum2", [1], float.NaN).Floats("a.counts", [1], 1), "NaN");
        Check(new GgufBytes().Floats("a.in_sum2", [1], 1).Floats("a.counts", [1], -1), "-1");
        Check(new GgufBytes().Info("a.in_sum2", [4], 24, 0).Data(32).Info("a.counts", [1], 0, 32).Data(32), "i8, but f32");

        using TemporaryDirectory directory = new();
        string old = directory.Write("imatrix.dat", new byte[100]);
        Assert.Contains("--output-format gguf", Assert.Throws<ModelFormatException>(() => ImportanceMatrix.Open(old)).Message, StringComparison.Ordinal);
        Assert.Equal(2, ImportanceMatrix.Open(directory.Write("imatrix.gguf", Good().Build())).Names.Count);
    }

    private static void Check(GgufBytes bytes, string says)
    {
        using GgufFile file = GgufFile.Open(bytes.Build());
        Assert.Contains(says, Assert.Throws<ModelFormatException>(() => ImportanceMatrix.From(file)).Message, StringComparison.Ordinal);
    }
}
