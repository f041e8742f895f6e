using System.Text.Json.Nodes;
using Bloomery.Models;
using Bloomery.Models.Config;
using Bloomery.Models.Weights;
using FsCheck.Xunit;

namespace Bloomery.Tests.Models;

/// <summary>What architectures declare, without data.</summary>
public sealed class WeightMapTests
{
    [Theory]
    [InlineData(24, 1024, 16, 559_214_592L), InlineData(24, 1536, 16, 1_065_314_304L), InlineData(24, 2048, 16, 1_722_408_960L)]
    [InlineData(30, 2560, 32, 3_002_557_440L), InlineData(30, 4096, 32, 7_069_016_064L), InlineData(70, 14336, 112, 176_247_271_424L)]
    public void Bloom_has_its_published_number_of_parameters(int layers, int hidden, int heads, long expected)
    {
        WeightMap map = Map($$"""
            {"model_type": "bloom", "vocab_size": 250880, "n_layer": {{layers}}, "n_embed": {{hidden}}, "num_attention_heads": {{heads}}}
            """);
        Assert.Equal(expected, 250880L * hidden + layers * (12L * hidden * hidden + 13L * hidden) + 4L * hidden);
        Assert.Equal(expected, map.Entries.Where(e => e.TiedTo is null).Sum(e => e.Shape.Aggregate(1L, (a, b) => a * b)));
    }

    [Fact]
    public void Every_key_makes_an_architecture_that_declares_weights()
    {
        foreach (string key in LoadedModel.Architectures.Names)
        {
            WeightMap map = Map($$"""
                {"model_type": "{{key}}", "vocab_size": 32, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
                    "intermediate_size": 16, "rotary_dim": 4, "head_dim": 8,
                 "ffn_dim": 16, "d_ff": 16, "d_kv": 8, "num_layers": 2, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4,
                     "decoder_attention_heads": 4, "encoder_ffn_dim": 16, "decoder_ffn_dim": 16,
                 "num_experts": 4, "num_local_experts": 4, "n_routed_experts": 8, "num_experts_per_tok": 2, "q_lora_rank": 8, "kv_lora_rank": 8,
                     "qk_rope_head_dim": 4, "qk_nope_head_dim": 4, "v_head_dim": 4}
                """);
            Assert.True(map.Entries.Count > 10, $"{key} declares {map.Entries.Count} weights");
            Assert.True(map.Entries.Select(e => e.Target).Distinct().Count() == map.Entries.Count, $"{key} declares a weight twice");
        }
    }

    [Fact]
    public void Buffers_other_tasks_and_layers_too_many_are_ignored_but_nothing_else()
    {
        WeightMap map = Map("""
            {"model_type": "llama", "vocab_size": 32, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 16}
            """);
        foreach (string name in (string[])["model.layers.0.self_attn.rotary_emb.inv_freq", "model.layers.2.mlp.up_proj.weight",
            "layers.11.input_layernorm.weight", "model.rotary_emb.inv_freq"])
            Assert.True(map.Ignores(name), name);
        foreach (string name in (string[])["model.layers.1.mlp.up_proj.bias", "model.layers.x.mlp.up_proj.weight", "h.0.attn.c_attn.bias",
            "model.embed_positions.weight", "lm_head.bias", "my_inv_freq"])
            Assert.False(map.Ignores(name), name);
    }

    [Property(MaxTest = 200)]
    public bool Taking_a_fused_projection_apart_uses_each_row_once(byte groupCount, byte queries, byte size)
    {
        int groups = groupCount % 5 + 1, group = queries % 4 + 1, d = size % 6 + 1, stride = (group + 2) * d;
        RowSelection[] parts =
            [RowSelection.PerGroup(groups, stride, 0, group * d), RowSelection.PerGroup(groups, stride, group * d, d),
            RowSelection.PerGroup(groups, stride, (group + 1) * d, d)];
        return Rows(parts).Order().SequenceEqual(Enumerable.Range(0, groups * stride).Select(i => (long)i)) && parts.All(p => Rows([p]).Max() == p.Last);
    }

    [Property(MaxTest = 200)]
    public bool Undoing_the_order_of_pairs_is_the_inverse_of_making_it(byte headCount, byte pairs)
    {
        int heads = headCount % 5 + 1, d = 2 * (pairs % 8 + 1);
        // llama-style files: row 2j + b of a head is the checkpoint's row b * d / 2 + j.
        long[] stored = new long[heads * d];
        for (int h = 0; h < heads; h++)
            for (int j = 0; j < d / 2; j++)
                for (int b = 0; b < 2; b++) stored[h * d + 2 * j + b] = h * d + b * d / 2 + j;
        return Rows([RowSelection.FromPairs(heads, d)]).Select(r => stored[r]).SequenceEqual(Enumerable.Range(0, heads * d).Select(i => (long)i));
    }

    private static IEnumerable<long> Rows(IEnumerable<RowSelection> parts) => parts.SelectMany(p => Enumerable.Range(0, (int)p.Length).Select(i => p[i]));

    private static WeightMap Map(string json)
    {
        WeightMap map = new(isGguf: false);
        LoadedModel.MakeArchitecture(new ModelConfig("config.json", JsonNode.Parse(json)!.AsObject())).Map(map);
        return map;
    }
}
