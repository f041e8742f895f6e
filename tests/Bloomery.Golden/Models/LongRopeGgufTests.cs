using System.Text.Json.Nodes;
using Bloomery.Engine.Inference;
using Bloomery.Conversion;
using Bloomery.TestSupport;

namespace Bloomery.Golden.Models;

/// <summary>
/// Factors for short and long texts are chosen by the length of the text in GGUF files as in checkpoints, however much context is allocated and however the
/// text arrives.
/// </summary>
public sealed class LongRopeGgufTests : IDisposable
{
    private const int Original = 20;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bloomery-longrope-");

    public void Dispose() => _folder.Delete(recursive: true);

    [SkippableTheory]
    [InlineData("phi3-longrope", 512, null), InlineData("phi3-longrope", 1, null), InlineData("phi3-longrope", 7, 128), InlineData("phi3-longrope", 16, 4096)]
    public void A_converted_model_answers_as_the_reference_at_any_length(string name, int chunk, int? context)
    {
        TestPaths.NeedsGolden($"models/{name}");
        GoldenModel golden = GoldenModel.Load(name);
        using Runtime runtime = Runtime.Load(ToGguf(golden.Directory), new() { Exact = true, Threads = 1, ChunkTokens = chunk, ContextLength = context });
        golden.AssertClose(golden.Tensors.Floats("logits"), Logits(runtime, golden.Tensors.Int32s("input_ids")), "logits");
        float[] late = Logits(runtime, golden.Tensors.Int32s("long_input_ids"));
        golden.AssertClose(golden.Tensors.Floats("long_last_logits"), late.AsSpan()[^golden.Vocabulary..], "long_last_logits");
    }

    [SkippableFact]
    public void A_text_that_grows_beyond_the_limit_and_is_cut_back_answers_as_one_run_whole()
    {
        TestPaths.NeedsGolden("models/phi3-longrope");
        GoldenModel golden = GoldenModel.Load("phi3-longrope");
        using Runtime runtime = Runtime.Load(ToGguf(golden.Directory), new() { Exact = true, Threads = 1, ChunkTokens = 5 });
        int[] ids = golden.Tensors.Int32s("long_input_ids");
        const int Limit = 48;
        using Sequence sequence = new(runtime);
        sequence.Append(ids.AsSpan(0, Limit - 1));
        for (int length = Limit; length <= Limit + 2; length++) Check(length, sequence.Append(ids.AsSpan(length - 1, 1)).ToArray());
        sequence.Truncate(Limit - 2);
        Check(Limit - 1, sequence.Append(ids.AsSpan(Limit - 2, 1)).ToArray());

        void Check(int length, float[] actual) =>
            golden.AssertClose(Logits(runtime, ids[..length])[^golden.Vocabulary..], actual, $"the text at {length} tokens");
    }

    [SkippableTheory]
    [InlineData("llama", true, true, 1f), InlineData("llama", true, false, 1f), InlineData("llama", false, true, 1f)]
    [InlineData("granite", true, true, 1f), InlineData("llama", true, true, 2f)]
    public void Factors_mean_the_same_in_other_families(string name, bool hasShort, bool hasLong, float factor)
    {
        TestPaths.NeedsGolden($"models/{name}");
        GoldenModel golden = GoldenModel.Load(name);
        string gguf = ToGguf(golden.Directory), changed = Path.Combine(_folder.FullName, "changed.gguf");
        GgufVariant variant = new(gguf);
        JsonObject config = JsonNode.Parse(File.ReadAllText(Path.Combine(golden.Directory, "config.legacy.json")))!.AsObject();
        int pairs = (int)(config["head_dim"] ?? (int)config["hidden_size"]! / (int)config["num_attention_heads"]!)! / 2;
        float[] shorter = [.. Enumerable.Range(0, pairs).Select(i => hasShort ? 1 + 0.25f * i : 1)];
        float[] longer = [.. Enumerable.Range(0, pairs).Select(i => hasLong ? 2 + 0.5f * i : 1)];
        variant.Set("rope.scaling.type", "longrope");
        variant.Set("rope.scaling.original_context_length", (uint)Original);
        if (factor != 1) variant.Set("rope.scaling.factor", factor);
        if (hasShort) variant.Tensors["rope_factors_short.weight"] = ([pairs], shorter);
        if (hasLong) variant.Tensors["rope_factors_long.weight"] = ([pairs], longer);
        variant.Save(changed);

        config["rope_scaling"] = new JsonObject
        {
            ["rope_type"] = "longrope", ["attention_factor"] = 1.0, ["original_max_position_embeddings"] = Original,
            ["short_factor"] = new JsonArray([.. shorter.Select(v => (JsonNode)(v * factor))]),
            ["long_factor"] = new JsonArray([.. longer.Select(v => (JsonNode)(v * factor))]),
        };
        string twin = golden.LegacyDirectory(_folder.FullName);
        File.WriteAllText(Path.Combine(twin, "config.json"), config.ToJsonString());

        using Runtime expected = Runtime.Load(twin, new() { Exact = true, Threads = 1 }), actual = Runtime.Load(changed, new() { Exact = true, Threads = 1 });
        int[] ids = golden.Tensors.Int32s("input_ids");
        float[] before = Logits(expected, ids[..(Original / 2)]), after = Logits(expected, ids);
        Assert.True(ids.Length > Original);
        golden.AssertClose(before, Logits(actual, ids[..(Original / 2)]), $"{name}: a short text");
        golden.AssertClose(after, Logits(actual, ids), $"{name}: a long text");
        Assert.True(before.Zip(after).Max(p => Math.Abs(p.First - p.Second)) > 100 * golden.Tolerance, "the factors make no difference");
    }

    private static float[] Logits(Runtime runtime, int[] ids) => new ForwardPass(runtime).Run([new ForwardRow(ids)])[0].Logits!;

    private string ToGguf(string from)
    {
        string to = Path.Combine(_folder.FullName, "model.gguf");
        ModelConverter.Convert(from, to, new ConversionOptions { Types = TypeRecipe.Parse("f32"), Threads = 1 });
        return to;
    }
}
