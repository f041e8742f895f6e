using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.TestSupport;

namespace Bloomery.Tests.Formats.Gguf;

public sealed class GgufFileTests
{
    [Fact]
    public void ReadsKeysShapesAndData()
    {
        byte[] bytes = new GgufBytes().Key("general.architecture", "llama").Key("llama.block_count", 2)
            .Floats("a", [2, 3], 1, 2, 3, 4, 5, 6).Floats("scalar", [], 7).Floats("b", [1], 8).Build();
        using GgufFile file = GgufFile.Open(bytes);
        Assert.Equal(3, file.Version);
        Assert.Equal("llama", file.Metadata.Get<string>("general.architecture"));
        Assert.Equal(2, file.Metadata.Get<int>("llama.block_count"));
        Assert.Equal(["general.architecture", "llama.block_count"], file.Metadata.Keys);
        Assert.Equal([3, 2], file.Tensor("a").Shape); // outermost first
        Assert.Equal([1, 2, 3, 4, 5, 6], file.Dequantize(file.Tensor("a")));
        Assert.Empty(file.Tensor("scalar").Shape);
        Assert.Equal([7], file.Dequantize(file.Tensor("scalar")));
        Assert.Equal([8], file.Dequantize(file.Tensor("b")));
        float[] row = new float[2];
        file.Dequantize(file.Tensor("a"), 2, row);
        Assert.Equal([5, 6], row);
    }

    [Fact]
    public unsafe void ViewsAndCopiesStayInsideTheTensor()
    {
        byte[] bytes = new GgufBytes().Floats("a", [2], 1, 2).Floats("b", [2], 3, 4).Build();
        using GgufFile file = GgufFile.Open(bytes);
        using GgufFile other = GgufFile.Open(bytes);
        TensorInfo a = file.Tensor("a");
        Assert.Equal(4, file.Bytes(a, 4, 4).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Bytes(a, 4, 5).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Bytes(a, -1, 1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Bytes(a, long.MaxValue, 1).Length);
        Assert.Throws<ArgumentException>(() => file.Bytes(other.Tensor("a")).Length);
        Assert.Throws<ModelFormatException>(() => file.Tensor("c"));
        float second = 0;
        file.CopyTo(a, 4, (byte*)&second, 4);
        Assert.Equal(2, second);
        byte[] copy = new byte[8];
        file.CopyTo(a, copy);
        Assert.Equal(2, BitConverter.ToSingle(copy, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => { float x; file.CopyTo(a, 4, (byte*)&x, 8); });
    }

    [Fact]
    public void ViewsEndWithTheFile()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, new GgufBytes().Key("k", "v").Floats("a", [2], 1, 2).Build());
            GgufFile file = GgufFile.Open(path);
            TensorInfo a = file.Tensor("a");
            Assert.Equal([1, 2], file.Dequantize(a));
            file.Dispose();
            Assert.Throws<ObjectDisposedException>(() => file.Bytes(a).Length);
            Assert.Equal("v", file.Metadata.Get<string>("k")); // metadata outlives the mapping
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void VocabularyMayEndBeforeThePadding()
    {
        byte[] bytes = new GgufBytes().Strings("tokenizer.ggml.tokens", "a", "b", "ö").Build(padded: false);
        Assert.NotEqual(0, bytes.Length % 32);
        using GgufFile file = GgufFile.Open(bytes);
        Assert.Empty(file.Tensors);
        Assert.Equal(["a", "b", "ö"], file.Metadata.Get<string[]>("tokenizer.ggml.tokens"));
    }

    [Fact]
    public void HonoursTheAlignment()
    {
        GgufBytes built = new GgufBytes { Alignment = 128 }.Key("general.alignment", 128).Floats("a", [1], 1).Floats("b", [1], 2);
        using GgufFile file = GgufFile.Open(built.Build());
        Assert.Equal(128, file.Alignment);
        Assert.Equal(0, file.Tensor("b").Offset % 128);
        Assert.Equal([2], file.Dequantize(file.Tensor("b")));
    }

    public static IEnumerable<object[]> RealFiles() => RealPaths().Select(path => new object[] { path });

    private static IEnumerable<string> RealPaths() =>
        from folder in new[] { Path.Combine(TestPaths.Golden, "models"), Path.Combine(TestPaths.SharedData, "vocabs"),
            Path.Combine(TestPaths.Repository, "models") }
        where Directory.Exists(folder)
        from file in Directory.EnumerateFiles(folder, "*.gguf", SearchOption.AllDirectories)
        select file;

    [Theory]
    [MemberData(nameof(RealFiles))]
    public void OpensRealFiles(string path)
    {
        using TensorFile opened = TensorFile.OpenAny(path);
        GgufFile file = Assert.IsType<GgufFile>(opened);
        Assert.False(string.IsNullOrEmpty(file.Metadata.Get<string>("general.architecture")));
        long end = new FileInfo(path).Length;
        foreach (TensorInfo tensor in file.Tensors.Values)
        {
            Assert.True(tensor.Offset % file.Alignment == 0 && tensor.Offset + tensor.ByteLength <= end, tensor.ToString());
            if (tensor.ElementCount < 1 << 16) Assert.All(file.Dequantize(tensor), value => Assert.True(float.IsFinite(value), tensor.ToString()));
        }
        if (file.Metadata.TryGet("tokenizer.ggml.tokens", out GgufStrings? tokens)) Assert.Equal(tokens.ToArray(), tokens);
    }

    [Fact]
    public void RepositoryModelsAreAmongTheRealFiles() =>
        Assert.Contains(RealPaths(), path => path.EndsWith("SmolLM2-135M-Instruct.Q4_1.gguf", StringComparison.Ordinal));

    [Fact]
    public void ReadsLargeVocabulariesLean()
    {
        string[] words = Enumerable.Range(0, 250_000).Select(i => $"token{i}").ToArray();
        byte[] bytes = new GgufBytes().Strings("tokens", words).Build();
        GgufFile.Open(new GgufBytes().Strings("tokens", "warm").Build()).Metadata.Get<GgufStrings>("tokens");

        long before = GC.GetAllocatedBytesForCurrentThread();
        using GgufFile file = GgufFile.Open(bytes);
        GgufStrings tokens = file.Metadata.Get<GgufStrings>("tokens");
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < bytes.Length + 250_000 * 4 + 64 * 1024, $"{allocated} bytes allocated for a file of {bytes.Length}");
        Assert.Equal(words, tokens);
    }
}
