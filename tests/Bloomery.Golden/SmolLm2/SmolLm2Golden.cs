using System.Text.Json;
using Bloomery.Engine;
using Bloomery.TestSupport;

namespace Bloomery.Golden.SmolLm2;

/// <summary>What the reference library computes with the embedded text model's weights, in 32-bit floats.</summary>
public static class SmolLm2Golden
{
    // Read only when asked for: the small set lacks them, and not every test of the model needs them.
    private static readonly Lazy<JsonElement> LazyJson = new(
        () => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(TestPaths.Golden, "smollm2", "smollm2.json"))).RootElement);
    private static readonly Lazy<GoldenTensors> LazyTensors = new(() => GoldenTensors.Load(Path.Combine("smollm2", "smollm2.safetensors")));

    public static string ModelPath { get; } = Path.Combine(TestPaths.Repository, "models", EmbeddedModels.FileName(ModelKind.Text));

    public static JsonElement Json => LazyJson.Value;

    public static GoldenTensors Tensors => LazyTensors.Value;

    /// <summary>Skips the test where the golden data are the small set, which lacks these.</summary>
    public static void Need() => TestPaths.NeedsGolden("smollm2");

    public static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetInt32())];

    public static float[] Floats(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetSingle())];
}
