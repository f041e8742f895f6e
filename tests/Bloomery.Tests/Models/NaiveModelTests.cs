using Bloomery.Engine.Inference;
using Bloomery.Numerics.Kernels;
using Bloomery.Tests.Formats;
using Bloomery.Tests.Models.Naive;

namespace Bloomery.Tests.Models;

/// <summary>Families and options without golden folders, against plain double-precision loops over small random checkpoints.</summary>
public sealed class NaiveModelTests
{
    private const double Tolerance = 2e-4;
    private static readonly int[] Ids = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 19];

    public static TheoryData<string> Cases() => [.. NaiveCases.Names];

    [Theory, MemberData(nameof(Cases))]
    public void Logits_are_those_of_plain_loops(string name)
    {
        using TemporaryDirectory directory = new();
        double[][] expected = Save(name, directory.Path);
        foreach (string tier in KernelTiers.Names.Where(t => KernelTiers.MissingFeature(t) is null))
        {
            using Runtime runtime = Load(directory.Path, tier);
            AssertClose(expected, new ForwardPass(runtime).Run([new ForwardRow(Ids)])[0].Logits!, $"{name} ({tier})");
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Token_by_token_and_padded_give_the_same(string name)
    {
        using TemporaryDirectory directory = new();
        double[][] expected = Save(name, directory.Path);
        bool seesAhead = name.Contains("both directions", StringComparison.Ordinal);
        using Runtime runtime = Load(directory.Path, "reference", chunk: seesAhead ? 512 : 1);
        int[] padded = [0, 0, 0, .. Ids], mask = [0, 0, 0, .. Ids.Select(_ => 1)];
        IReadOnlyList<ForwardResult> rows = new ForwardPass(runtime).Run([new ForwardRow(padded) { Mask = mask }, new ForwardRow(Ids)]);
        AssertClose(expected, rows[0].Logits.AsSpan(3 * expected[0].Length), $"{name}, left-padded");
        AssertClose(expected, rows[1].Logits, $"{name}, token by token");
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_sequence_that_grows_answers_as_one_run_whole(string name)
    {
        if (name.Contains("both directions", StringComparison.Ordinal)) return; // its past would change with its future
        using TemporaryDirectory directory = new();
        NaiveWeights weights = new();
        NaiveCase model = NaiveCases.Find(name);
        model.Model.Logits(weights, Ids);
        weights.Save(directory.Path, model.Config);
        using Runtime runtime = Load(directory.Path, "reference", chunk: 3);
        using Sequence sequence = new(runtime);
        for (int length = 5; length <= Ids.Length; length++)
        {
            ReadOnlySpan<float> logits = sequence.Append(Ids.AsSpan(length == 5 ? 0 : length - 1, length == 5 ? 5 : 1));
            AssertClose([model.Model.Logits(weights, Ids[..length])[^1]], logits, $"{name}, {length} tokens");
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Prefix_may_be_absent_and_weights_in_shards(string name)
    {
        using TemporaryDirectory directory = new();
        NaiveWeights weights = new();
        NaiveCase model = NaiveCases.Find(name);
        double[][] expected = model.Model.Logits(weights, Ids);
        foreach (string prefix in (string[])["model.decoder.", "model.", "transformer.", "gpt_neox."])
            foreach (string tensor in weights.Names.Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).ToArray())
                weights.Rename(tensor, tensor[prefix.Length..]);
        weights.Save(directory.Path, model.Config, shardBytes: 4000);
        Assert.True(File.Exists(directory.Of("model.safetensors.index.json")));
        using Runtime runtime = Load(directory.Path, "reference");
        AssertClose(expected, new ForwardPass(runtime).Run([new ForwardRow(Ids)])[0].Logits, name);
    }

    internal static Runtime Load(string directory, string tier, int chunk = 512) =>
        Runtime.Load(directory, new ModelOptions { Kernels = tier, Exact = true, Threads = 1, ChunkTokens = chunk });

    internal static void AssertClose(double[][] expected, ReadOnlySpan<float> actual, string what)
    {
        int width = expected[0].Length;
        Assert.True(actual.Length == expected.Length * width, $"{what}: {actual.Length} values, not {expected.Length * width}");
        for (int i = 0; i < actual.Length; i++)
        {
            double wanted = expected[i / width][i % width];
            Assert.True(Math.Abs(actual[i] - wanted) <= Tolerance * Math.Max(1, Math.Abs(wanted)),
                $"{what}: token {i / width}, value {i % width} is {actual[i]}, not {wanted}");
        }
    }

    private static double[][] Save(string name, string directory)
    {
        NaiveWeights weights = new();
        NaiveCase model = NaiveCases.Find(name);
        double[][] expected = model.Model.Logits(weights, Ids);
        weights.Save(directory, model.Config);
        return expected;
    }
}
