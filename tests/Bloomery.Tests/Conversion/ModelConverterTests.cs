using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Bloomery.Conversion;
using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Safetensors;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Tests.Conversion;

public sealed class ModelConverterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bloomery-convert-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_input_is_never_overwritten()
    {
        string file = WriteGguf(i => i), link = Path.Combine(_folder, "link.gguf");
        byte[] before = File.ReadAllBytes(file);
        File.CreateSymbolicLink(link, file);
        foreach (string to in (string[])[file, link, Path.Combine(_folder, ".", Path.GetFileName(file))])
            Assert.Throws<ArgumentException>(() => ModelConverter.Convert(file, to, Options("q8_0")));
        Assert.Throws<ArgumentException>(() => ModelConverter.Convert(link, file, Options("q8_0")));
        Assert.Equal(before, File.ReadAllBytes(file));

        string directory = WriteSafetensors();
        Assert.Throws<ArgumentException>(() => ModelConverter.Convert(directory, directory + "/", Options("f16")));
        Assert.Throws<ArgumentException>(() => ModelConverter.Convert(Path.Combine(directory, "model.safetensors"), directory, Options("f16")));
    }

    [Theory]
    [InlineData("q8_0", float.NaN, "cannot store")]
    [InlineData("q4_k", float.PositiveInfinity, "cannot store")]
    [InlineData("f16", 70000f, "use bf16")]
    public void What_a_type_cannot_store_is_an_error_and_leaves_nothing(string type, float value, string message)
    {
        string from = WriteGguf(i => i == 300 ? value : i % 7), to = Path.Combine(_folder, "out", "model.gguf");
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => ModelConverter.Convert(from, to, Options(type)));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Contains("blk.0.attn_q.weight", e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Path.GetDirectoryName(to)!));
    }

    [Fact]
    public void An_interrupted_conversion_leaves_nothing()
    {
        using CancellationTokenSource source = new();
        source.Cancel();
        string directory = Path.Combine(_folder, "new"), file = Path.Combine(_folder, "new.gguf");
        Assert.Throws<OperationCanceledException>(() =>
            ModelConverter.Convert(WriteSafetensors(), directory, Options("f16") with { Cancellation = source.Token }));
        Assert.Throws<OperationCanceledException>(() => ModelConverter.Convert(WriteGguf(i => i), file, Options("q8_0") with { Cancellation = source.Token }));
        Assert.False(Directory.Exists(directory));
        Assert.False(File.Exists(file));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_conversion_into_the_same_new_directory_loses_nothing_of_another(bool cancelled)
    {
        using CancellationTokenSource source = new();
        string from = WriteSafetensors(), directory = Path.Combine(_folder, "shared");
        List<double> shares = [];
        var meanwhile = new Recorder(shares, () =>
        {
            if (shares.Count > 1) return;
            ModelConverter.Convert(from, directory, Options("bf16"));
            if (cancelled) source.Cancel();
        });
        Exception? e = Record.Exception(() =>
            ModelConverter.Convert(from, directory, Options("f16") with { Progress = meanwhile, Cancellation = source.Token }));
        if (cancelled) Assert.IsType<OperationCanceledException>(e, exactMatch: false);
        else Assert.Contains("in the meantime", Assert.IsType<IOException>(e).Message, StringComparison.Ordinal);
        using SafetensorsFile file = SafetensorsFile.OpenModel(directory);
        Assert.Equal("bf16", file.Tensor("w").Format.Name);
        Assert.Equal(new[] { directory, from }.Order(), Directory.GetFileSystemEntries(_folder).Order());
    }

    [Fact]
    public void Threads_and_repetition_change_nothing()
    {
        string from = WriteGguf(i => MathF.Sin(i)), one = Path.Combine(_folder, "1.gguf"), four = Path.Combine(_folder, "4.gguf"),
            again = Path.Combine(_folder, "again.gguf");
        ModelConverter.Convert(from, one, Options("q4_k_m") with { Threads = 1 });
        ModelConverter.Convert(from, four, Options("q4_k_m") with { Threads = 4 });
        Assert.Equal(File.ReadAllBytes(one), File.ReadAllBytes(four));
        ModelConverter.Convert(four, again, Options("q4_k_m")); // blocks that have their type already are copied, not rounded again
        Assert.Equal(File.ReadAllBytes(one), File.ReadAllBytes(again));
    }

    [Fact]
    public void Importance_guides_the_rounding()
    {
        string from = WriteGguf(i => MathF.Sin(i * 0.7f)), plain = Path.Combine(_folder, "plain.gguf"), guided = Path.Combine(_folder, "guided.gguf"),
            matrix = Path.Combine(_folder, "imatrix.gguf");
        new GgufWriter().Set("general.type", "imatrix")
            .Add("blk.0.attn_q.weight.in_sum2", BlockFormat.F32, [1, 256], Floats(256, i => i % 16 < 8 ? 1000 : 0.001f))
            .Add("blk.0.attn_q.weight.counts", BlockFormat.F32, [1, 1], Floats(1, _ => 1)).Save(matrix);
        ModelConverter.Convert(from, plain, Options("q3_k"));
        ModelConverter.Convert(from, guided, Options("q3_k") with { Importance = ImportanceMatrix.Open(matrix) });
        Assert.True(Error(from, guided) < Error(from, plain), $"{Error(from, guided)} is not below {Error(from, plain)}");
    }

    [Fact]
    public void Safetensors_keep_chat_templates_that_are_files()
    {
        string from = WriteSafetensors(), to = Path.Combine(_folder, "templates");
        File.WriteAllText(Path.Combine(from, "chat_template.jinja"), "D");
        Directory.CreateDirectory(Path.Combine(from, "additional_chat_templates"));
        File.WriteAllText(Path.Combine(from, "additional_chat_templates", "tool_use.jinja"), "T");
        ModelConverter.Convert(from, to, Options("bf16"));
        Assert.Equal("D", File.ReadAllText(Path.Combine(to, "chat_template.jinja")));
        Assert.Equal("T", File.ReadAllText(Path.Combine(to, "additional_chat_templates", "tool_use.jinja")));
    }

    [Fact]
    public void Safetensors_keep_names_companions_and_progress()
    {
        string from = WriteSafetensors(), to = Path.Combine(_folder, "half");
        List<double> shares = [];
        ConversionResult result = ModelConverter.Convert(from, to, Options("bf16") with { Progress = new Recorder(shares) });
        using SafetensorsFile file = SafetensorsFile.OpenModel(to);
        Assert.All(file.Tensors.Values, t => Assert.Equal(t.Name == "ids" ? "i64" : "bf16", t.Format.Name));
        Assert.Equal("bfloat16", JsonNode.Parse(File.ReadAllText(Path.Combine(to, "config.json")))!["dtype"]!.GetValue<string>());
        Assert.Equal("{}", File.ReadAllText(Path.Combine(to, "tokenizer_config.json")));
        Assert.Equal((2, 1.0), (result.Tensors, shares[^1]));
        Assert.Equal(shares.Order(), shares);
    }

    [Theory]
    [InlineData("q8_0")]
    [InlineData("q4_k_m")]
    public void Safetensors_hold_no_blocks(string type) =>
        Assert.Contains(".gguf",
            Assert.Throws<ArgumentException>(() => ModelConverter.Convert(WriteSafetensors(), Path.Combine(_folder, "x"), Options(type))).Message,
            StringComparison.Ordinal);

    private static ConversionOptions Options(string type) => new() { Types = TypeRecipe.Parse(type), Threads = 2 };

    /// <summary>The squared error of the columns that matter.</summary>
    private static double Error(string expected, string actual)
    {
        using GgufFile a = GgufFile.Open(expected), b = GgufFile.Open(actual);
        float[] x = a.Dequantize(a.Tensor("blk.0.attn_q.weight")), y = b.Dequantize(b.Tensor("blk.0.attn_q.weight"));
        return x.Select((v, i) => i % 16 < 8 ? (v - y[i]) * (v - y[i]) : 0).Sum();
    }

    private string WriteGguf(Func<int, float> value)
    {
        string path = Path.Combine(_folder, $"{Guid.NewGuid():N}.gguf");
        new GgufWriter().Set("general.architecture", "toy").Set("toy.block_count", 1u)
            .Add("token_embd.weight", BlockFormat.F32, [6, 256], Floats(6 * 256, i => i % 5))
            .Add("blk.0.attn_q.weight", BlockFormat.F32, [9, 256], Floats(9 * 256, value))
            .Add("blk.0.attn_norm.weight", BlockFormat.F32, [256], Floats(256, _ => 1)).Save(path);
        return path;
    }

    private string WriteSafetensors()
    {
        string directory = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        new SafetensorsWriter().Add("w", BlockFormat.F32, [3, 5], Floats(15, i => i)).Add("ids", Format("i64"), [2], new byte[16]).SaveModel(directory);
        File.WriteAllText(Path.Combine(directory, "config.json"), """{"model_type": "toy", "dtype": "float32"}""");
        File.WriteAllText(Path.Combine(directory, "tokenizer_config.json"), "{}");
        return directory;
    }

    private static BlockFormat Format(string name) => BlockFormat.TryFind(name, out BlockFormat? format) ? format : throw new InvalidOperationException(name);

    private static byte[] Floats(int count, Func<int, float> value) =>
        MemoryMarshal.AsBytes<float>(Enumerable.Range(0, count).Select(value).ToArray()).ToArray();

    private sealed class Recorder(List<double> shares, Action? also = null) : IProgress<double>
    {
        public void Report(double value)
        {
            shares.Add(value);
            also?.Invoke();
        }
    }
}
