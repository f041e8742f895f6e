using System.Text.Json;
using Bloomery.Engine.Inference;
using Bloomery.TestSupport;

namespace Bloomery.Golden.Models;

/// <summary>One folder of golden/models: a checkpoint with random weights, and what the reference library computes with it.</summary>
public sealed class GoldenModel
{
    private GoldenModel(string name)
    {
        Name = name;
        Directory = Path.Combine(TestPaths.Golden, "models", name);
        Tensors = GoldenTensors.Load(Path.Combine("models", name, "golden.safetensors"));
        Json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Directory, "golden.json"))).RootElement;
    }

    public string Name { get; }

    public string Directory { get; }

    public GoldenTensors Tensors { get; }

    public JsonElement Json { get; }

    public string Kind => Json.GetProperty("kind").GetString()!;

    public float Tolerance => Json.GetProperty("recommended_atol").GetSingle();

    public int Vocabulary => Json.GetProperty("vocab_size").GetInt32();

    public static IReadOnlyList<string> Names { get; } =
        [.. System.IO.Directory.GetDirectories(Path.Combine(TestPaths.Golden, "models")).Select(d => Path.GetFileName(d)!).Order()];

    public static GoldenModel Load(string name) => new(name);

    /// <summary>The same folder with <c>config.legacy.json</c> in the place of <c>config.json</c>.</summary>
    public string LegacyDirectory(string under)
    {
        string copy = System.IO.Directory.CreateDirectory(Path.Combine(under, Name)).FullName;
        foreach (string file in System.IO.Directory.GetFiles(Directory))
            if (Path.GetFileName(file) is var n && (n.StartsWith("model", StringComparison.Ordinal) && !n.EndsWith(".gguf", StringComparison.Ordinal)))
                File.CreateSymbolicLink(Path.Combine(copy, n), file);
        File.Copy(Path.Combine(Directory, "config.legacy.json"), Path.Combine(copy, "config.json"));
        return copy;
    }

    /// <summary>The rows of a left- or right-padded batch.</summary>
    public List<ForwardRow> BatchRows()
    {
        int[] shape = Tensors.Shape("batch_input_ids"), ids = Tensors.Int32s("batch_input_ids"), mask = Tensors.Int32s("batch_attention_mask");
        int[]? decoder = Tensors.Contains("batch_decoder_input_ids") ? Tensors.Int32s("batch_decoder_input_ids") : null;
        List<ForwardRow> rows = [];
        for (int i = 0; i < shape[0]; i++)
            rows.Add(new ForwardRow(ids[(i * shape[1])..((i + 1) * shape[1])])
            {
                Mask = mask[(i * shape[1])..((i + 1) * shape[1])],
                DecoderIds = decoder?[(i * decoder.Length / shape[0])..((i + 1) * decoder.Length / shape[0])],
            });
        return rows;
    }

    /// <summary>Fails with the place and size of the largest difference.</summary>
    public void AssertClose(float[] expected, ReadOnlySpan<float> actual, string what, float? tolerance = null)
    {
        Assert.True(expected.Length == actual.Length, $"{Name}: {what} has {actual.Length} values, not {expected.Length}");
        float worst = -1;
        int at = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            float difference = MathF.Abs(expected[i] - actual[i]);
            if (float.IsNaN(difference)) difference = float.PositiveInfinity;
            if (difference > worst) (worst, at) = (difference, i);
        }
        float allowed = tolerance ?? Tolerance;
        Assert.True(worst <= allowed, $"{Name}: {what}[{at}] is {actual[at]}, not {expected[at]}: off by {worst}, {allowed} is allowed");
    }
}
