using Bloomery.Engine.Inference;
using Bloomery.Tests.Formats;
using Bloomery.Tests.Models.Naive;

namespace Bloomery.Tests.Models;

/// <summary>The families' checkpoints as base models store them, with the buffers of older versions, with tied heads, and in several types.</summary>
public sealed class FamilyVariantTests
{
    private static readonly int[] Ids = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 19];

    public static TheoryData<string> Names() => [.. NaiveFamilies.All.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Base_models_have_no_prefix(string name)
    {
        NaiveWeights weights = new();
        double[][] expected = NaiveFamilies.All[name].Model.Logits(weights, Ids);
        foreach (string prefix in (string[])["model.", "transformer."])
            foreach (string tensor in weights.Names.Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).ToArray()) weights.Rename(tensor,
                tensor[prefix.Length..]);
        Check(name, weights, expected, (w, directory, config) => w.Save(directory, config, shardBytes: 4000));
    }

    [Theory, MemberData(nameof(Names))]
    public void Buffers_are_passed_over_and_tied_heads_may_be_stored(string name)
    {
        NaiveCase model = NaiveFamilies.All[name];
        NaiveWeights weights = new();
        double[][] expected = model.Model.Logits(weights, Ids);
        string layer = model.Model.Layer + "1.";
        foreach (string buffer in (string[])["attn.bias", "attn.masked_bias", "self_attn.rotary_emb.inv_freq"]) weights.Put(layer + buffer, [1, 1, 2, 2],
            [1, 0, 1, 1]);
        weights.Put("model.rotary_emb.inv_freq", [2], [1, 0.5f]);
        if (name.StartsWith("codegen", StringComparison.Ordinal)) weights.Put(layer + "attn.causal_mask", [1, 1, 2, 2], [1, 0, 1, 1]);
        if (name.StartsWith("gptj", StringComparison.Ordinal)) weights.Put(layer + "attn.embed_positions", [2, 2], [1, 0, 1, 1]);
        if (model.Model.Head is null)
            weights.Put("lm_head.weight", [20, model.Model.Hidden], [.. weights.Table(model.Model.Embedding + ".weight", 20, model.Model.Hidden)]);
        Check(name, weights, expected, (w, directory, config) => w.Save(directory, config));
    }

    [Theory, MemberData(nameof(Names))]
    public void Types_may_differ_from_tensor_to_tensor(string name)
    {
        NaiveWeights weights = new();
        NaiveFamilies.All[name].Model.Logits(weights, Ids);
        using TemporaryDirectory directory = new();
        weights.SaveInManyTypes(directory.Path, NaiveFamilies.All[name].Config);
        double[][] expected = NaiveFamilies.All[name].Model.Logits(weights, Ids); // of the rounded weights
        using Runtime runtime = NaiveModelTests.Load(directory.Path, "reference");
        NaiveModelTests.AssertClose(expected, new ForwardPass(runtime).Run([new ForwardRow(Ids)])[0].Logits, name);
    }

    private static void Check(string name, NaiveWeights weights, double[][] expected, Action<NaiveWeights, string, string> save)
    {
        using TemporaryDirectory directory = new();
        save(weights, directory.Path, NaiveFamilies.All[name].Config);
        using Runtime runtime = NaiveModelTests.Load(directory.Path, "reference");
        NaiveModelTests.AssertClose(expected, new ForwardPass(runtime).Run([new ForwardRow(Ids)])[0].Logits, name);
    }
}
