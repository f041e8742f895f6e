using Bloomery.Conversion;
using Bloomery.Engine.Inference;
using Bloomery.Formats;
using Bloomery.Tests.Formats;
using Bloomery.Tests.Models.Naive;

namespace Bloomery.Tests.Models;

/// <summary>Mixtures of experts as every version of the reference library stores them: a matrix an expert, or all experts in one tensor.</summary>
public sealed class ExpertLayoutTests
{
    private const string Sizes = "\"hidden_size\": 16, \"num_hidden_layers\": 2, \"num_attention_heads\": 4, \"vocab_size\": 20";
    private const int Hidden = 16, Inner = 12, Count = 4;
    private static readonly int[] Ids = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 19];

    private static readonly Dictionary<string, NaiveCase> Cases = new()
    {
        ["mixtral"] = new($$"""
            {"model_type": "mixtral", {{Sizes}}, "num_key_value_heads": 2, "intermediate_size": 12, "num_local_experts": 4, "num_experts_per_tok": 3,
            "sliding_window": 4, "rope_theta": 100.0}
            """,
            NaiveCases.Llama with { KvHeads = 2, Epsilon = 1e-5, Theta = _ => [1, 0.1], Sees = (_, t, j) =>
                j <= t && j > t - 4, Experts = new NaiveExperts(4, 3, Inner) { Normalize = true } }),
        ["mixtral, its defaults"] =
            new($$"""
                {"model_type": "mixtral", {{Sizes}}, "num_key_value_heads": null, "intermediate_size": 12, "num_experts": 4, "tie_word_embeddings": true,
                "hidden_act": "gelu"}
                """,
            NaiveCases.Llama with { Head = null, Epsilon = 1e-5, Theta = _ =>
                [1, 0.001], Activation = NaiveMath.GeluErf, Experts = new NaiveExperts(4, 2, Inner) { Normalize = true } }),
        ["qwen2_moe"] = new($$"""
            {"model_type": "qwen2_moe", {{Sizes}}, "num_key_value_heads": 4, "num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 12,
            "intermediate_size": 24, "shared_expert_intermediate_size": 8, "mlp_only_layers": [0]}
            """,
            NaiveCases.Llama with { QkvBias = true, Experts = new NaiveExperts(4, 2, Inner) { SharedInner = 8, Sparse = i => i == 1 } }),
        ["qwen2_moe, no biases, every second layer"] =
            new($$"""
                {"model_type": "qwen2_moe", {{Sizes}}, "num_key_value_heads": null, "num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 12,
                "intermediate_size": 24, "shared_expert_intermediate_size": 8, "decoder_sparse_step": 2, "qkv_bias": false, "norm_topk_prob": true,
                "mlp_only_layers": null}
                """,
            NaiveCases.Llama with { Experts = new NaiveExperts(4, 2, Inner) { SharedInner = 8, Normalize = true, Sparse = i => i == 1 } }),
        ["qwen3_moe, heads as wide as the hidden size allows"] =
            new($$"""
                {"model_type": "qwen3_moe", {{Sizes}}, "num_local_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 12, "attention_bias": true}
                """,
            NaiveCases.Llama with { QkvBias = true, OutputBias = true, QueryKeyNorms = ["self_attn.q_norm", "self_attn.k_norm"],
                Experts = new NaiveExperts(4, 2, Inner) }),
    };

    public static TheoryData<string> Names() => [.. Cases.Keys];

    [Theory, MemberData(nameof(Names))]
    public void A_matrix_an_expert(string name)
    {
        NaiveWeights w = new();
        double[][] expected = Cases[name].Model.Logits(w, Ids);
        if (name.StartsWith("mixtral", StringComparison.Ordinal)) NameAsMixtral(w);
        Check(Cases[name].Config, w, expected);
    }

    [Fact]
    public void Mixtral_may_call_the_block_as_other_families()
    {
        NaiveWeights w = new();
        double[][] expected = Cases["mixtral"].Model.Logits(w, Ids);
        NameAsMixtral(w);
        foreach (string name in w.Names.Where(n => n.Contains("block_sparse_moe", StringComparison.Ordinal)).ToArray()) w.Rename(name,
            name.Replace("block_sparse_moe", "mlp"));
        Check(Cases["mixtral"].Config, w, expected);
    }

    [Theory, MemberData(nameof(Names))]
    public void All_experts_in_one_tensor(string name)
    {
        NaiveWeights w = new();
        double[][] expected = Cases[name].Model.Logits(w, Ids);
        Fuse(w, [0, 1]);
        Check(Cases[name].Config, w, expected);
    }

    [Theory, InlineData("qwen2_moe"), InlineData("mixtral")]
    public void Types_may_differ_from_tensor_to_tensor(string name)
    {
        foreach (bool fused in (bool[])[false, true])
        {
            NaiveWeights w = new();
            Cases[name].Model.Logits(w, Ids);
            foreach ((string tensor, int[] _, float[] data) in w.Tensors)
                for (int k = 0; k < data.Length; k++) data[k] = MathF.Round(data[k] * 64) / 64;
            double[][] expected = Cases[name].Model.Logits(w, Ids);
            if (fused) Fuse(w, [0, 1]);
            else if (name == "mixtral") NameAsMixtral(w);
            using TemporaryDirectory directory = new();
            w.SaveInManyTypes(directory.Path, Cases[name].Config);
            using Runtime runtime = NaiveModelTests.Load(directory.Path, "portable");
            NaiveModelTests.AssertClose(expected, new ForwardPass(runtime).Run([new ForwardRow(Ids)])[0].Logits!, $"{name}, {fused}");
        }
    }

    [Fact]
    public void Conversion_takes_one_tensor_apart()
    {
        NaiveCase model = Cases["qwen3_moe, heads as wide as the hidden size allows"];
        NaiveWeights w = new();
        double[][] expected = (model.Model with { Experts = new NaiveExperts(4, 2, Inner) { Normalize = true } }).Logits(w, Ids);
        Fuse(w, [0, 1]);
        using TemporaryDirectory directory = new();
        w.Save(directory.Path,
            model.Config.Replace("\"moe_intermediate_size\"", "\"norm_topk_prob\": true, \"intermediate_size\": 24, \"moe_intermediate_size\""));
        ModelConverter.Convert(directory.Path, directory.Of("model.gguf"), new ConversionOptions { Types = TypeRecipe.Parse("f32"), Threads = 1 });
        using Runtime runtime = NaiveModelTests.Load(directory.Of("model.gguf"), "reference");
        NaiveModelTests.AssertClose(expected, new ForwardPass(runtime).Run([new ForwardRow(Ids)])[0].Logits!, "converted");
    }

    [Fact]
    public void A_fused_tensor_of_another_width_is_named()
    {
        NaiveWeights w = new();
        Cases["mixtral"].Model.Logits(w, Ids);
        Fuse(w, [0, 1]);
        using TemporaryDirectory directory = new();
        w.Save(directory.Path, Cases["mixtral"].Config.Replace("\"intermediate_size\": 12", "\"intermediate_size\": 10"));
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => NaiveModelTests.Load(directory.Path, "reference"));
        Assert.Contains("mlp.experts.", e.Message);
    }

    [Theory]
    [InlineData("\"model_type\": \"deepseek_v2\", \"q_lora_rank\": null"),
        InlineData("\"model_type\": \"deepseek_v3\", \"q_lora_rank\": null, \"n_group\": 2, \"topk_group\": 1")]
    public void Deepseek_in_one_tensor(string options)
    {
        NaiveWeights w = new();
        bool three = options.Contains("v3", StringComparison.Ordinal);
        NaiveDeepSeek model = new() { Three = three, Groups = three ? 2 : 1, GroupsUsed = 1, Normalize = three, ExpertScale = three ? 2.5 : 1 };
        double[][] expected = model.Logits(w, Ids);
        Fuse(w, [1], experts: 8, inner: 10);
        Check($"{{{options}, {DeepSeekTests.Sizes}}}", w, expected);
    }

    private static void Check(string config, NaiveWeights w, double[][] expected)
    {
        using TemporaryDirectory directory = new();
        w.Save(directory.Path, config, shardBytes: 4000);
        foreach (string tier in (string[])["reference", "portable"])
        {
            using Runtime runtime = NaiveModelTests.Load(directory.Path, tier);
            NaiveModelTests.AssertClose(expected, new ForwardPass(runtime).Run([new ForwardRow(Ids)])[0].Logits!, $"{config} ({tier})");
        }
    }

    private static void NameAsMixtral(NaiveWeights w)
    {
        foreach (string name in w.Names.Where(n => n.Contains(".mlp.", StringComparison.Ordinal)).ToArray())
            w.Rename(name, name.Replace(".mlp.", ".block_sparse_moe.").Replace("gate_proj", "w1").Replace("up_proj", "w3").Replace("down_proj", "w2"));
    }

    private static void Fuse(NaiveWeights w, int[] layers, int experts = Count, int inner = Inner)
    {
        foreach (int i in layers)
        {
            string p = $"model.layers.{i}.mlp.experts.";
            if (!w.Names.Contains($"{p}0.up_proj.weight")) continue; // a dense layer
            List<float> gateUp = [], down = [];
            for (int e = 0; e < experts; e++)
            {
                gateUp.AddRange(w.Matrix($"{p}{e}.gate_proj.weight", inner, Hidden));
                gateUp.AddRange(w.Matrix($"{p}{e}.up_proj.weight", inner, Hidden));
                down.AddRange(w.Matrix($"{p}{e}.down_proj.weight", Hidden, inner));
                foreach (string part in (string[])["gate_proj", "up_proj", "down_proj"]) w.Remove($"{p}{e}.{part}.weight");
            }
            w.Put(p + "gate_up_proj", [experts, 2 * inner, Hidden], [.. gateUp]);
            w.Put(p + "down_proj", [experts, Hidden, inner], [.. down]);
        }
    }
}
