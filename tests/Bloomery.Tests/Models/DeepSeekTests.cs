using Bloomery.Engine.Inference;
using Bloomery.Tests.Formats;
using Bloomery.Tests.Models.Naive;

namespace Bloomery.Tests.Models;

/// <summary>Latent attention and experts in groups against plain loops that absorb nothing.</summary>
public sealed class DeepSeekTests
{
    internal const string Sizes = """
        "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 24, "vocab_size": 20, "kv_lora_rank": 7,
            "qk_nope_head_dim": 6, "qk_rope_head_dim": 4, "v_head_dim": 5,
        "moe_intermediate_size": 10, "n_routed_experts": 8, "num_experts_per_tok": 3, "n_shared_experts": 2, "first_k_dense_replace": 1
        """;
    private static readonly int[] Ids = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 19];

    [Fact]
    public void Version_2_groups_by_their_best_and_never_normalizes() => Check(
        "\"model_type\": \"deepseek_v2\", \"q_lora_rank\": null, \"topk_method\": \"group_limited_greedy\", \"n_group\": 4, \"topk_group\": 2, "
        + "\"norm_topk_prob\": true, \"routed_scaling_factor\": 1.5",
        new NaiveDeepSeek { Groups = 4, GroupsUsed = 2, ExpertScale = 1.5 });

    [Fact]
    public void Version_2_greedy_ignores_its_groups() => Check(
        "\"model_type\": \"deepseek_v2\", \"q_lora_rank\": 9, \"topk_method\": \"greedy\", \"n_group\": 4, \"topk_group\": 1, \"attention_bias\": true",
        new NaiveDeepSeek { QueryRank = 9, AttentionBias = true });

    [Fact]
    public void Version_2_scales_scores_by_the_scale_of_all_dimensions() => Check(
        "\"model_type\": \"deepseek_v2\", \"q_lora_rank\": null, \"rope_scaling\": {\"type\": \"linear\", \"factor\": 4, \"mscale_all_dim\": 0.5}",
        new NaiveDeepSeek { Theta = [0.25, 0.0025], ScaleFactor = Math.Pow(1 + 0.05 * Math.Log(4), 2) });

    [Fact]
    public void Version_3_has_its_defaults_and_may_rotate_halves() => Check(
        "\"model_type\": \"deepseek_v3\", \"q_lora_rank\": 9, \"n_group\": 4, \"topk_group\": 2, \"rope_interleave\": false, \"scoring_func\": \"softmax\"",
        new NaiveDeepSeek { Three = true, QueryRank = 9, Groups = 4, GroupsUsed = 2, Pairs = false, Normalize = true, ExpertScale = 2.5 });

    [Fact]
    public void Version_3_may_leave_weights_as_they_are() => Check(
        "\"model_type\": \"deepseek_v3\", \"q_lora_rank\": null, \"n_group\": 1, \"topk_group\": 1, \"norm_topk_prob\": false, \"routed_scaling_factor\": 1.0",
        new NaiveDeepSeek { Three = true });

    internal static void Check(string options, NaiveDeepSeek model, params ReadOnlySpan<(string Old, string New)> sizes)
    {
        using TemporaryDirectory directory = new();
        NaiveWeights w = new();
        double[][] expected = model.Logits(w, Ids);
        w.Vector("model.layers.2.eh_proj.weight", 16); // the layer that predicts a second token is not needed
        string config = $"{{{options}, {Sizes}}}";
        foreach ((string old, string other) in sizes) config = config.Replace(old, other);
        w.Save(directory.Path, config);
        foreach (int chunk in (int[])[1, 512])
        {
            using Runtime runtime = NaiveModelTests.Load(directory.Path, "reference", chunk);
            NaiveModelTests.AssertClose(expected, new ForwardPass(runtime).Run([new ForwardRow(Ids)])[0].Logits!, $"{options}, chunks of {chunk}");
        }
    }
}
