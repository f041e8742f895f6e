using System.Text.Json;
using Bloomery.Engine;
using Bloomery.TestSupport;

namespace Bloomery.Golden.SmolLm2;

/// <summary>What the reference library computes with the embedded text model's weights, in 32-bit floats.</summary>
public static class SmolLm2Golden
{
    public static string ModelPath { get; } = Path.Combine(TestPaths.Repository, "models", EmbeddedModels.FileName(ModelKind.Text));

    public static JsonElement Json { get; } = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(TestPaths.Golden, "smollm2", "smollm2.json"))).RootElement;

    public static GoldenTensors Tensors { get; } = GoldenTensors.Load(Path.Combine("smollm2", "smollm2.safetensors"));

    public static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetInt32())];

    public static float[] Floats(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetSingle())];
}
