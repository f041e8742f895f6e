using Bloomery.Engine.Inference;
using Bloomery.Tests.Formats;
using Bloomery.Tests.Models.Naive;

namespace Bloomery.Tests.Models;

/// <summary>Defaults and rarer values of the families' keys, against plain double-precision loops.</summary>
public sealed class FamilyOptionTests
{
    private static readonly int[] Ids = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 19];

    public static TheoryData<string> Names() => [.. NaiveFamilies.All.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Logits_are_those_of_plain_loops(string name)
    {
        using TemporaryDirectory directory = new();
        NaiveWeights weights = new();
        double[][] expected = NaiveFamilies.All[name].Model.Logits(weights, Ids);
        weights.Save(directory.Path, NaiveFamilies.All[name].Config);
        foreach ((string tier, int chunk) in (ReadOnlySpan<(string, int)>)[("reference", 512), ("reference", 1), ("portable", 512)])
        {
            using Runtime runtime = NaiveModelTests.Load(directory.Path, tier, chunk);
            int[] padded = [0, 0, 0, .. Ids], mask = [0, 0, 0, .. Ids.Select(_ => 1)];
            IReadOnlyList<ForwardResult> rows = new ForwardPass(runtime).Run([new ForwardRow(padded) { Mask = mask }, new ForwardRow(Ids)]);
            NaiveModelTests.AssertClose(expected, rows[0].Logits.AsSpan(3 * expected[0].Length), $"{name}, left-padded ({tier}, {chunk})");
            NaiveModelTests.AssertClose(expected, rows[1].Logits, $"{name} ({tier}, {chunk})");
        }
    }
}
