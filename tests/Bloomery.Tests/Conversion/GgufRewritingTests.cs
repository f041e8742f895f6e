using System.Runtime.InteropServices;
using Bloomery.Conversion;
using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Tests.Conversion;

public sealed class GgufRewritingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bloomery-convert-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("q8_0", "blk.0.attn_q.weight", "q8_0")]
    [InlineData("q8_0", "blk.0.attn_norm.weight", "f32")]
    [InlineData("q4_k", "blk.0.attn_q.weight", "q4_k")]
    [InlineData("q4_k_m", "blk.0.attn_q.weight", "q4_k")]
    [InlineData("q4_k_m", "blk.0.attn_v.weight", "q6_k")]
    [InlineData("q4_k_m", "blk.7.ffn_down.weight", "q6_k")]
    [InlineData("q4_k_m", "token_embd.weight", "q6_k")]
    [InlineData("q4_k_m", "blk.0.narrow.weight", "q5_0")]
    [InlineData("q6_k", "blk.0.narrow.weight", "q8_0")]
    [InlineData("f16", "blk.0.odd.weight", "f16")]
    [InlineData("q8_0", "blk.0.odd.weight", "f16")]
    public void A_recipe_gives_each_tensor_its_type(string recipe, string tensor, string type)
    {
        string from = WriteModel(), to = Path.Combine(_folder, "out.gguf");
        Convert(from, to, TypeRecipe.Parse(recipe));
        using GgufFile file = GgufFile.Open(to);
        Assert.Equal(type, file.Tensor(tensor).Format.Name);
        Assert.Equal("toy", file.Metadata.Get<string>("general.architecture"));
    }

    [Fact]
    public void Overrides_win_and_values_survive()
    {
        string from = WriteModel(), to = Path.Combine(_folder, "out.gguf");
        Convert(from, to, TypeRecipe.Parse("q4_0", ["attn_*=q8_0", "token_embd=f32"]));
        using GgufFile before = GgufFile.Open(from), after = GgufFile.Open(to);
        Assert.Equal("q8_0", after.Tensor("blk.0.attn_q.weight").Format.Name);
        Assert.Equal("f32", after.Tensor("token_embd.weight").Format.Name);
        Assert.Equal("q4_0", after.Tensor("blk.0.ffn_down.weight").Format.Name);
        foreach (TensorInfo tensor in before.Tensors.Values)
        {
            float[] expected = before.Dequantize(tensor), actual = after.Dequantize(after.Tensor(tensor.Name));
            double error = expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max();
            Assert.True(error < 0.15, $"{tensor.Name}: {error}");
        }
    }

    [Theory]
    [InlineData("q4_x")]
    [InlineData("iq1_s")]
    public void A_type_that_cannot_be_written_is_refused(string type) =>
    Assert.Contains("q4_k_m", Assert.Throws<ArgumentException>(() => TypeRecipe.Parse(type)).Message, StringComparison.Ordinal);

    [Fact]
    public void An_importance_matrix_of_another_model_is_refused()
    {
        string imatrix = Path.Combine(_folder, "imatrix.gguf");
        new GgufWriter().Set("general.type", "imatrix")
            .Add("blk.0.attn_q.weight.in_sum2", BlockFormat.F32, [1, 128], Floats(128, i => i))
            .Add("blk.0.attn_q.weight.counts", BlockFormat.F32, [1, 1], Floats(1, _ => 2)).Save(imatrix);
        string to = Path.Combine(_folder, "out.gguf");
        ArgumentException e = Assert.Throws<ArgumentException>(() =>
            ModelConverter.Convert(WriteModel(), to, new ConversionOptions { Types = TypeRecipe.Parse("q4_k"), Importance = ImportanceMatrix.Open(imatrix) }));
        Assert.Contains("another model", e.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(to));
    }

    private static void Convert(string from, string to, TypeRecipe recipe) =>
        ModelConverter.Convert(from, to, new ConversionOptions { Types = recipe, Threads = 2 });

    private string WriteModel()
    {
        string path = Path.Combine(_folder, $"model-{Guid.NewGuid():N}.gguf");
        GgufWriter writer = new GgufWriter().Set("general.architecture", "toy").Set("toy.block_count", 8u);
        foreach ((string name, long[] shape) in ((string, long[])[])[("token_embd.weight", [6, 256]), ("blk.0.attn_q.weight", [4, 256]),
            ("blk.0.attn_v.weight", [4, 256]), ("blk.0.attn_norm.weight", [256]), .. Enumerable.Range(0, 8)
                .Select(i => ($"blk.{i}.ffn_down.weight", (long[])[4, 256])), ("blk.0.narrow.weight", [4, 96]), ("blk.0.odd.weight", [4, 7])])
            writer.Add(name, BlockFormat.F32, shape, Floats(shape.Aggregate(1L, (a, b) => a * b), i => MathF.Sin(i * 0.37f)));
        writer.Save(path);
        return path;
    }

    private static byte[] Floats(long count, Func<int, float> value) =>
        MemoryMarshal.AsBytes<float>(Enumerable.Range(0, (int)count).Select(value).ToArray()).ToArray();
}
