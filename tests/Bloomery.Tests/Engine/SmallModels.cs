using System.Text.Json;
using Bloomery.Engine;
using Bloomery.TestSupport;

namespace Bloomery.Tests.Engine;

/// <summary>
/// The models that the tests of the public door use: the embedded ones, and a golden one that is small enough for every test to load its own.
/// </summary>
public sealed class SmallModels : IDisposable
{
    private readonly Lazy<Model> _text = new(() => Model.Load(Embedded(ModelKind.Text)));
    private readonly Lazy<Model> _embedding = new(() => Model.Load(Embedded(ModelKind.Embedding)));

    /// <summary>SmolLM2.</summary>
    public Model Text => _text.Value;

    /// <summary>MiniLM.</summary>
    public Model Embedding => _embedding.Value;

    /// <summary>Where an embedded model lies.</summary>
    public static string Embedded(ModelKind kind) => Path.Combine(TestPaths.Repository, "models", EmbeddedModels.FileName(kind));

    /// <summary>Skips the test where the golden data are the small set and have no model of this name.</summary>
    public static void NeedGolden(string name) => TestPaths.NeedsGolden($"models/{name}");

    /// <summary>The folder of a golden model.</summary>
    public static string Golden(string name) => Path.Combine(TestPaths.Golden, "models", name);

    /// <summary>Loads a golden model as the reference library computes.</summary>
    public static Model LoadGolden(string name, int? contextLength = null) =>
        Model.Load(Golden(name), new ModelOptions { Exact = true, Threads = 1, ContextLength = contextLength });

    /// <summary>The prompt of a golden model's greedy text, and the text.</summary>
    public static (int[] Prompt, int[] Ids) Greedy(string name)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Golden(name), "golden.json")));
        JsonElement greedy = json.RootElement.GetProperty("greedy");
        int[] input = GoldenTensors.Load(Path.Combine("models", name, "golden.safetensors")).Int32s("input_ids");
        int[] prompt = greedy.TryGetProperty("prompt_length", out JsonElement length) ? input[..length.GetInt32()] : input;
        return (prompt, [.. greedy.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())]);
    }

    public void Dispose()
    {
        if (_text.IsValueCreated) Text.Dispose();
        if (_embedding.IsValueCreated) Embedding.Dispose();
    }
}
