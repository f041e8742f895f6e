using System.Text.Json.Nodes;
using Bloomery.Engine.Inference;
using Bloomery.Formats;
using Bloomery.Models;
using Bloomery.Models.Config;
using Bloomery.Tests.Formats;
using Bloomery.Tests.Models.Naive;

namespace Bloomery.Tests.Models;

/// <summary>Keys of DeepSeek V2 and V3 that the golden folders leave at one value.</summary>
public sealed class DeepSeekOptionTests
{
    private const string Yarn =
        "\"factor\": 4, \"original_max_position_embeddings\": 8, \"beta_fast\": 2, \"beta_slow\": 0.5, \"mscale\": 0.7, \"mscale_all_dim\": 0.4";

    // rope_theta 100, four dimensions: the ratio of both scales goes to the rotation, the square of one to the scores.
    private static readonly NaiveDeepSeek Long = new()
    {
        Theta = NaiveCases.Yarn(100, 4, 8, 4, 2, 0.5, truncate: true), RopeFactor = (1 + 0.07 * Math.Log(4)) / (1 + 0.04 * Math.Log(4)),
            ScaleFactor = Math.Pow(1 + 0.04 * Math.Log(4), 2),
    };

    [Fact]
    public void Version_2_has_biases_in_its_own_networks_but_not_in_experts() => DeepSeekTests.Check(
        "\"model_type\": \"deepseek_v2\", \"q_lora_rank\": 9, \"attention_bias\": true, \"mlp_bias\": true, \"hidden_act\": \"gelu\", "
        + "\"n_group\": null, \"topk_group\": null",
        new NaiveDeepSeek { QueryRank = 9, AttentionBias = true, MlpBias = true, Activation = NaiveMath.GeluErf });

    [Fact]
    public void Version_2_may_lack_shared_experts() => DeepSeekTests.Check(
        "\"model_type\": \"deepseek_v2\", \"q_lora_rank\": null, \"moe_layer_freq\": 1, \"scoring_func\": \"softmax\"", new NaiveDeepSeek { Shared = 0 },
            ("\"n_shared_experts\": 2", "\"n_shared_experts\": null"));

    [Fact]
    public void Experts_may_be_counted_under_other_names() => DeepSeekTests.Check(
        "\"model_type\": \"deepseek_v3\", \"q_lora_rank\": null, \"n_group\": 2, \"topk_group\": 1, \"mlp_bias\": true, \"moe_layer_freq\": 2",
        new NaiveDeepSeek { Three = true, Groups = 2, GroupsUsed = 1, Normalize = true, ExpertScale = 2.5 }, ("n_routed_experts", "num_local_experts"));

    [Fact]
    public void Version_3_may_lack_the_bias_of_its_router() => DeepSeekTests.Check(
        "\"model_type\": \"deepseek_v3\", \"q_lora_rank\": null, \"n_group\": 1, \"topk_group\": 1, \"norm_topk_prob\": null, \"rope_interleave\": null",
        new NaiveDeepSeek { Three = true, SelectionBias = false, Pairs = false, ExpertScale = 2.5 });

    [Fact]
    public void Version_2_stretches_as_older_files_say() => DeepSeekTests.Check(
        $$"""
        "model_type": "deepseek_v2", "q_lora_rank": null, "rope_theta": 100, "rope_scaling": {"type": "yarn", {{Yarn}}}
        """, Long);

    [Fact]
    public void Version_3_stretches_as_newer_files_say() => DeepSeekTests.Check(
        $$"""
        "model_type": "deepseek_v3", "q_lora_rank": null, "n_group": 1, "topk_group": 1, "rope_parameters": {"rope_type": "yarn", "rope_theta": 100.0, {{Yarn}}}
        """, Long with { Three = true, Normalize = true, ExpertScale = 2.5 });

    [Fact]
    public void All_layers_may_be_dense() => DeepSeekTests.Check(
        "\"model_type\": \"deepseek_v2\", \"q_lora_rank\": null", new NaiveDeepSeek { DenseLayers = 2 },
            ("\"first_k_dense_replace\": 1", "\"first_k_dense_replace\": 2"), (", \"num_experts_per_tok\": 3", ""));

    [Fact]
    public void Types_may_differ_from_tensor_to_tensor()
    {
        using TemporaryDirectory directory = new();
        NaiveWeights w = new();
        NaiveDeepSeek model = new() { Three = true, QueryRank = 9, Normalize = true, ExpertScale = 2.5 };
        int[] ids = [3, 1, 4, 1, 5, 9, 2];
        model.Logits(w, ids);
        w.SaveInManyTypes(directory.Path, $$"""{"model_type": "deepseek_v3", "q_lora_rank": 9, "n_group": 1, "topk_group": 1, {{DeepSeekTests.Sizes}}}""");
        double[][] expected = model.Logits(w, ids); // of the rounded weights
        using Runtime runtime = NaiveModelTests.Load(directory.Path, "reference");
        NaiveModelTests.AssertClose(expected, new ForwardPass(runtime).Run([new ForwardRow(ids)])[0].Logits!, "mixed types");
    }

    [Theory]
    [InlineData("deepseek_v2", "\"n_routed_experts\": 8", "num_experts_per_tok")]
    [InlineData("deepseek_v2", "\"num_experts_per_tok\": 2, \"topk_method\": \"group_limited_greedy\"", "n_group")]
    [InlineData("deepseek_v2", "\"num_experts_per_tok\": 2, \"topk_method\": \"group_limited_greedy\", \"n_group\": 4, \"topk_group\": null", "topk_group")]
    [InlineData("deepseek_v2", "\"num_experts_per_tok\": 2, \"topk_method\": \"noaux_tc\"", "topk_method")]
    [InlineData("deepseek_v3", "\"n_group\": null", "n_group")]
    [InlineData("deepseek_v3", "\"topk_group\": null", "topk_group")]
    [InlineData("deepseek_v3", "\"n_routed_experts\": 8, \"n_group\": 8", "n_group")]
    public void What_the_router_needs_is_asked_for(string type, string options, string named)
    {
        string json = $$"""
            {"model_type": "{{type}}", "hidden_size": 16, "num_hidden_layers": 4, "num_attention_heads": 4, "vocab_size": 9, "intermediate_size": 8,
            {{options}}}
            """;
        ModelFormatException e = Assert.Throws<ModelFormatException>(() =>
            LoadedModel.MakeArchitecture(new ModelConfig("config.json", JsonNode.Parse(json)!.AsObject())));
        Assert.Contains(named, e.Message);
    }
}
