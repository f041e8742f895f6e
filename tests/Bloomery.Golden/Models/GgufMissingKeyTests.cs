using Bloomery.Conversion;
using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Models;
using Bloomery.Models.Architectures;
using Bloomery.Models.Config;
using Bloomery.Models.Weights;
using Bloomery.TestSupport;

namespace Bloomery.Golden.Models;

/// <summary>
/// Every key of every converted family taken away in turn: what llama.cpp (October 2026, <c>load_hparams</c> and each family's
/// <c>load_arch_hparams</c>) requires is required, by name, and what it defaults means what it means there when it is written out.
/// </summary>
public sealed class GgufMissingKeyTests : IDisposable
{
    // Without heads or a feed-forward width no tensor has the shape that llama.cpp expects, so these two are required in effect.
    private static readonly string[] Always = ["context_length", "embedding_length", "block_count", "attention.head_count", "feed_forward_length"];

    private static readonly Dictionary<string, string[]> Required = new()
    {
        ["llama"] = [Rms], ["smollm3"] = [Rms], ["qwen2"] = [Rms], ["qwen3"] = [Rms], ["gemma"] = [Rms], ["gemma2"] = [Rms],
        ["gemma3"] = [Rms], ["olmo2"] = [Rms], ["phi3"] = [Rms],
        ["granite"] = [Rms, "logit_scale"], ["qwen2moe"] = [Rms], ["qwen3moe"] = [Rms],
        // The reader needs the rotating dimensions to tell the parts of a key apart; the sizes of latent attention come together.
        ["deepseek2"] = [Rms, "attention.kv_lora_rank", "attention.q_lora_rank", "expert_feed_forward_length", "expert_shared_count",
            "rope.dimension_count", "attention.key_length_mla", "attention.value_length_mla"],
        ["command-r"] = [Layer], ["stablelm"] = [Layer], ["phi2"] = [Layer], ["gptneox"] = [Layer, "use_parallel_residual"], ["nemotron"] = [Layer],
        ["starcoder2"] = [Layer], ["gpt2"] = [Layer],
        ["starcoder"] = [Layer], ["bloom"] = [Layer], ["falcon"] = [Layer], ["mpt"] = [Layer], ["bert"] = [Layer],
        ["t5"] = [Rms, "attention.relative_buckets_count"],
    };

    private const string Rms = "attention.layer_norm_rms_epsilon", Layer = "attention.layer_norm_epsilon";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bloomery-missing-");

    public void Dispose() => _folder.Delete(recursive: true);

    public static TheoryData<string> Names() => [.. GoldenModel.Names];

    [SkippableTheory, MemberData(nameof(Names))]
    public void Keys_are_required_or_have_the_default_of_llama_cpp(string name)
    {
        GoldenModel golden = GoldenModel.Load(name);
        string path = Path.Combine(_folder.FullName, "model.gguf"), changed = Path.Combine(_folder.FullName, "changed.gguf");
        try
        {
            ModelConverter.Convert(golden.Directory, path, new ConversionOptions { Types = TypeRecipe.Parse("f32"), Threads = 1 });
        }
        catch (ModelFormatException)
        {
            Skip.If(true, "there is no GGUF of this model");
        }
        string architecture = new GgufVariant(path).Architecture;
        int tried = 0;
        foreach (string key in Keys(path, architecture))
        {
            GgufVariant without = new(path);
            without.Remove(key);
            without.Save(changed);
            (Architecture? made, string? problem) = Outcome(changed);
            bool experts = IsExpertModel(path, architecture);
            if (Always.Contains(key) || Required[architecture].Contains(key) || (experts && key is "expert_count" or "expert_used_count"))
            {
                if (key == "feed_forward_length" && experts && architecture is "qwen2moe" or "qwen3moe") continue; // the experts' own widths serve
                Assert.True(problem is not null, $"{name}: without {key} it loads");
                Assert.Contains($"{architecture}.{key}: is missing", problem);
                tried++;
                continue;
            }
            if (Default(path, architecture, key) is { } value)
            {
                GgufVariant stated = new(path);
                Set(stated, key, value);
                stated.Save(changed);
                (Architecture? other, string? otherProblem) = Outcome(changed);
                string what = $"{name}: without {key}: {problem ?? "loads"}; with {value}: {otherProblem ?? "loads"}";
                Assert.True((problem is null) == (otherProblem is null), what);
                if (made is not null) Assert.True(Sameness.Compare(made, other!) == new Sameness(null, null), $"{what}: {Sameness.Compare(made, other!)}");
                tried++;
                continue;
            }
            // No reader obeys the others.
            Assert.True(made is not null, $"{name}: without {key}: {problem}");
            using GgufFile whole = GgufFile.Open(path);
            Assert.Equal(new Sameness(null, null), Sameness.Compare(made, LoadedModel.MakeArchitecture(GgufConfig.Read(whole))));
        }
        Assert.InRange(tried, 6, 60);
    }

    /// <summary>What llama.cpp takes where the key is missing; null: it does not read the key in this family.</summary>
    private static object? Default(string path, string architecture, string key)
    {
        using GgufFile file = GgufFile.Open(path);
        uint Number(string k) => file.Metadata.Get<uint>($"{architecture}.{k}");
        uint head = Number("embedding_length") / Number("attention.head_count");
        bool Has(string k) => file.Metadata.Contains($"{architecture}.{k}");
        return (architecture, key) switch
        {
            (_, "vocab_size") => null, // the embedding table says it
            ("deepseek2", "attention.head_count_kv" or "attention.key_length" or "attention.value_length") => null,
            (_, "attention.head_count_kv") => Number("attention.head_count"),
            (_, "attention.key_length" or "attention.value_length") => head,
            (_, "rope.dimension_count") => Has("attention.key_length") ? Number("attention.key_length") : head,
            (_, "rope.freq_base" or "rope.freq_base_swa") => 10000f,
            (_, "rope.scaling.type") => "linear",
            (_, "rope.scaling.factor") => 0f,
            (_, "rope.scaling.original_context_length") => Number("context_length"),
            (_, "rope.scaling.attn_factor") => 1f,
            (_, "rope.scaling.yarn_beta_fast") => 32f,
            (_, "rope.scaling.yarn_beta_slow") => 1f,
            (_, "rope.scaling.yarn_log_multiplier") => 0f,
            ("gemma2", "attention.sliding_window") => 4096u,
            ("gemma3", "attention.sliding_window") => 0u,
            ("gemma2", "attention.sliding_window_pattern") => 2u,
            ("gemma3", "attention.sliding_window_pattern") => 6u,
            ("gemma2", "attn_logit_softcapping") => 50f,
            ("gemma2", "final_logit_softcapping") => 30f,
            ("gemma3", "final_logit_softcapping") => 0f,
            ("granite", "embedding_scale" or "residual_scale" or "attention.scale") or ("command-r", "logit_scale") => 0f,
            ("qwen2moe" or "qwen3moe", "expert_feed_forward_length") => Number("feed_forward_length") / Number("expert_used_count"),
            ("qwen2moe", "expert_shared_feed_forward_length") => Number("feed_forward_length"),
            ("deepseek2", "leading_dense_block_count") => 0u,
            ("deepseek2", "expert_weights_scale") => 0f,
            ("deepseek2", "expert_weights_norm") => false,
            ("deepseek2", "expert_gating_func") => 1u,
            ("deepseek2", "expert_group_used_count") when Number("expert_group_count") > 1 => 0u, // which it refuses
            ("deepseek2", "expert_group_count" or "expert_group_used_count") => 1u,
            ("mpt", "attention.max_alibi_bias" or "attention.clamp_kqv") => 0f,
            ("bert", "attention.causal") => false, // llama.cpp never looks back only where it has an encoder
            ("t5", "decoder_block_count") => Number("block_count"),
            _ => null,
        };
    }

    private static IEnumerable<string> Keys(string path, string architecture)
    {
        using GgufFile file = GgufFile.Open(path);
        return [.. file.Metadata.Keys.Where(k => k.StartsWith(architecture + ".", StringComparison.Ordinal)).Select(k => k[(architecture.Length + 1)..])];
    }

    private static bool IsExpertModel(string path, string architecture)
    {
        using GgufFile file = GgufFile.Open(path);
        return file.Metadata.Contains($"{architecture}.expert_count");
    }

    private static (Architecture? Made, string? Problem) Outcome(string path)
    {
        using GgufFile file = GgufFile.Open(path);
        try
        {
            Architecture architecture = LoadedModel.MakeArchitecture(GgufConfig.Read(file));
            WeightMap map = new(isGguf: true, file.Tensors.ContainsKey, path);
            architecture.Map(map);
            WeightFinder.Find(file, map);
            return (architecture, null);
        }
        catch (ModelFormatException e)
        {
            return (null, e.Message);
        }
    }

    private static void Set(GgufVariant variant, string key, object value)
    {
        switch (value)
        {
            case uint u: variant.Set(key, u); break;
            case float f: variant.Set(key, f); break;
            case bool b: variant.Set(key, b); break;
            default: variant.Set(key, (string)value); break;
        }
    }
}
