using System.Runtime.InteropServices;
using Bloomery.Engine.Inference;
using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Numerics.Quantization;
using Bloomery.Tests.Formats;
using Bloomery.Tests.Models.Naive;

namespace Bloomery.Tests.Models;

/// <summary>Cohere 2 from a file as llama.cpp writes it: the same rows, the window and its pattern under its own keys.</summary>
public sealed class Cohere2GgufTests
{
    private static readonly (string Checkpoint, string Gguf)[] Names =
    [
        ("model.embed_tokens", "token_embd"), ("model.norm", "output_norm"), ("model.layers.", "blk."), ("input_layernorm", "attn_norm"),
            ("self_attn.q_proj", "attn_q"), ("self_attn.k_proj", "attn_k"),
        ("self_attn.v_proj", "attn_v"), ("self_attn.o_proj", "attn_output"), ("mlp.gate_proj", "ffn_gate"), ("mlp.up_proj", "ffn_up"),
            ("mlp.down_proj", "ffn_down"),
    ];

    [Theory, InlineData(true, 2, 10000f), InlineData(false, 2, 10000f), InlineData(false, 0, 10000f), InlineData(false, 2, 500f)]
    public void A_gguf_file_gives_the_same(bool array, int period, float baseOfLayersWithoutWindow)
    {
        int[] ids = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 19];
        NaiveWeights weights = new();
        var model = NaiveFamilies.All["cohere2, its pattern"].Model;
        if (period == 0) model = model with { Rotated = _ => true, Sees = (_, t, j) => j <= t && j > t - 3 };
        double[][] expected = model.Logits(weights, ids);
        using TemporaryDirectory directory = new();
        Save(directory.Of("model.gguf"), weights, writer =>
        {
            if (array) writer.Set("cohere2.attention.sliding_window_pattern", new[] { true, false });
            else writer.Set("cohere2.attention.sliding_window_pattern", (uint)period);
            // Those layers do not rotate, so their base matters to nobody.
            writer.Set("cohere2.rope.freq_base", baseOfLayersWithoutWindow);
            if (baseOfLayersWithoutWindow != 10000) writer.Set("cohere2.rope.freq_base_swa", 10000f);
        });
        using Runtime runtime = NaiveModelTests.Load(directory.Of("model.gguf"), "reference");
        NaiveModelTests.AssertClose(expected, new ForwardPass(runtime).Run([new ForwardRow(ids)])[0].Logits, "cohere2 in GGUF");
    }

    [Theory, InlineData("attention.sliding_window"), InlineData("logit_scale"), InlineData("attention.layer_norm_epsilon"), InlineData("context_length")]
    public void What_its_reader_needs_is_required(string key)
    {
        NaiveWeights weights = new();
        NaiveFamilies.All["cohere2, its pattern"].Model.Logits(weights, [1, 2]);
        using TemporaryDirectory directory = new();
        Save(directory.Of("model.gguf"), weights, writer => writer.Remove($"cohere2.{key}"));
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => NaiveModelTests.Load(directory.Of("model.gguf"), "reference").Dispose());
        Assert.EndsWith($"cohere2.{key}: is missing", e.Message);
    }

    private static void Save(string path, NaiveWeights weights, Action<GgufWriter> change)
    {
        GgufWriter writer = new GgufWriter().Set("general.architecture", "cohere2").Set("cohere2.embedding_length", 16u).Set("cohere2.block_count", 2u)
            .Set("cohere2.attention.head_count", 4u).Set("cohere2.attention.head_count_kv", 2u).Set("cohere2.feed_forward_length", 24u)
            .Set("cohere2.context_length", 64u).Set("cohere2.attention.layer_norm_epsilon", 1e-5f).Set("cohere2.rope.freq_base", 10000f)
            .Set("cohere2.rope.dimension_count", 4u).Set("cohere2.attention.sliding_window", 3u).Set("cohere2.logit_scale", 0.25f);
        change(writer);
        foreach ((string name, int[] shape, float[] data) in weights.Tensors)
        {
            string own = Names.Aggregate(name, (n, pair) => n.Replace(pair.Checkpoint, pair.Gguf));
            writer.Add(own, BlockFormat.F32, [.. shape.Select(s => (long)s)], MemoryMarshal.AsBytes<float>(data).ToArray());
        }
        writer.Save(path);
    }
}
