using Bloomery.Conversion;
using Bloomery.Engine.Inference;
using Bloomery.TestSupport;

namespace Bloomery.Golden.Models;

/// <summary>
/// Keys and tensors that change what a GGUF file computes: log-probabilities of ids 1 to 4 after the golden text, as llama.cpp (October 2026) gives them
/// for the same file.
/// </summary>
public sealed class GgufKeyTests : IDisposable
{
    private const float ExactActivations = 5e-4f, TabulatedGelu = 8e-3f; // llama.cpp takes GELU from a half-precision table

    private sealed record Case(string Folder, Action<GgufVariant> Change, float[] Expected);

    private static readonly Dictionary<string, Case> All = new()
    {
        ["granite without positions"] = new("granite", v => v.Set("rope.scaling.finetuned", false), [-9.5000f, -8.2809f, -9.3292f, -9.8896f]),
        ["granite, 0 for no factor"] = new("granite", v =>
        {
            foreach (string key in (string[])["embedding_scale", "residual_scale", "attention.scale"]) v.Set(key, 0f);
        }, [-7.1649f, -8.9052f, -7.3443f, -6.9340f]),
        ["not causal"] = new("qwen2", v => v.Set("attention.causal", false), [-10.6022f, -7.5423f, -6.8976f, -8.0509f]),
        ["factor of rotation without a scaling"] = new("llama", v => v.Set("rope.scaling.attn_factor", 1.3f), [-6.9361f, -7.2173f, -7.0461f, -8.8924f]),
        ["factor of rotation on top of yarn's"] = new("llama-rope-yarn", v =>
            v.Set("rope.scaling.attn_factor", 1.3f), [-7.2339f, -8.3004f, -9.2572f, -7.2013f]),
        ["yarn without a factor"] = new("llama-rope-yarn", v => v.Remove("rope.scaling.factor"), [-9.1769f, -8.3064f, -6.7394f, -7.0194f]),
        ["olmo with a window"] = new("olmo2", v => v.Set("attention.sliding_window", 8u), [-9.1970f, -7.1163f, -4.6964f, -9.2420f]),
        ["olmo with a window and yarn"] = new("olmo2", v =>
        {
            v.Set("attention.sliding_window", 8u);
            v.Set("attention.sliding_window_pattern", 2u);
            Yarn(v);
        }, [-8.9215f, -7.8829f, -6.4796f, -9.5565f]),
        ["gemma 2, own base in a window"] = new("gemma2-plain", v => v.Set("rope.freq_base_swa", 500f), [-9.3429f, -6.1446f, -6.9028f, -5.3943f]),
        ["gemma 2, all layers with a window"] = new("gemma2-plain", v =>
            v.Set("attention.sliding_window_pattern", 0u), [-8.9324f, -7.5527f, -7.6173f, -4.7930f]),
        ["command-r, 0 for no factor"] = new("cohere", v => v.Set("logit_scale", 0f), [-29.7153f, -7.8402f, -20.2617f, -19.8486f]),
        ["qwen with a bias of the head"] = new("qwen2", v =>
            v.AddWave("output.bias", 1, 0, v.Tensors["token_embd.weight"].Shape[0]), [-9.9510f, -8.2360f, -8.6161f, -8.7654f]),
        ["mpt with biases and positions"] = new("mpt", Mpt, [-8.8354f, -12.0571f, -5.9813f, -3.8579f]),
        ["deepseek with yarn and a factor of rotation"] = new("deepseek_v2", v =>
        {
            Yarn(v);
            v.Set("rope.scaling.yarn_log_multiplier", 0.1f);
            v.Set("rope.scaling.attn_factor", 1.2f);
        }, [-8.6562f, -9.3026f, -9.7182f, -4.5041f]),
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bloomery-keys-");

    public void Dispose() => _folder.Delete(recursive: true);

    public static TheoryData<string> Names() => [.. All.Keys];

    [SkippableTheory, MemberData(nameof(Names))]
    public void Files_mean_what_they_mean_to_llama_cpp(string name)
    {
        (string folder, Action<GgufVariant> change, float[] expected) = All[name];
        TestPaths.NeedsGolden($"models/{folder}");
        GoldenModel golden = GoldenModel.Load(folder);
        string file = Path.Combine(_folder.FullName, "base.gguf"), changed = Path.Combine(_folder.FullName, "changed.gguf");
        ModelConverter.Convert(golden.Directory, file, new ConversionOptions { Types = TypeRecipe.Parse("f32"), Threads = 1 });
        GgufVariant variant = new(file);
        change(variant);
        variant.Save(changed);
        using Runtime runtime = Runtime.Load(changed, new ModelOptions { Exact = true, Threads = 1 });
        float[] logits = new ForwardPass(runtime).Run([new ForwardRow(golden.Tensors.Int32s("input_ids"))])[0].Logits!, last = logits[^golden.Vocabulary..];
        double sum = Math.Log(last.Sum(z => Math.Exp(z - last.Max()))) + last.Max();
        float tolerance = folder is "mpt" or "gemma2-plain" ? TabulatedGelu : ExactActivations;
        for (int id = 1; id <= expected.Length; id++) Assert.True(Math.Abs(last[id] - sum - expected[id - 1]) <= tolerance,
            $"{name}: id {id} has {last[id] - sum}, not {expected[id - 1]}");
    }

    [SkippableTheory, InlineData("olmo2"), InlineData("gemma2-plain")]
    public void Layers_with_a_window_turn_by_a_base_of_their_own(string folder)
    {
        TestPaths.NeedsGolden($"models/{folder}");
        GoldenModel golden = GoldenModel.Load(folder);
        string file = Path.Combine(_folder.FullName, "base.gguf");
        ModelConverter.Convert(golden.Directory, file, new ConversionOptions { Types = TypeRecipe.Parse("f32"), Threads = 1 });
        float[] Logits(float full, float windowed)
        {
            GgufVariant variant = new(file);
            variant.Set("attention.sliding_window", 8u);
            variant.Set("attention.sliding_window_pattern", 0u); // all layers
            variant.Set("rope.freq_base", full);
            variant.Set("rope.freq_base_swa", windowed);
            string changed = Path.Combine(_folder.FullName, "changed.gguf");
            variant.Save(changed);
            using Runtime runtime = Runtime.Load(changed, new() { Exact = true, Threads = 1 });
            return new ForwardPass(runtime).Run([new ForwardRow(golden.Tensors.Int32s("input_ids"))])[0].Logits!;
        }
        float[] expected = Logits(10000, 10000);
        Assert.Equal(expected, Logits(500, 10000));
        Assert.NotEqual(expected, Logits(10000, 500));
    }

    private static void Yarn(GgufVariant v)
    {
        v.Set("rope.scaling.type", "yarn");
        v.Set("rope.scaling.factor", 4f);
        v.Set("rope.scaling.original_context_length", 16u);
    }

    private static void Mpt(GgufVariant v)
    {
        v.AddWave("position_embd.weight", 0.3f, 1, v.Context, v.Hidden);
        v.AddWave("output_norm.bias", 0.3f, 2, v.Hidden);
        for (int i = 0; i < v.Layers; i++)
            foreach ((string name, int size) in ((string, int)[])[("attn_norm", 1), ("ffn_norm", 1), ("attn_qkv", 3), ("attn_output", 1), ("ffn_up", 4),
                ("ffn_down", 1)])
                v.AddWave($"blk.{i}.{name}.bias", 0.3f, 3 + i, size * v.Hidden);
    }
}
