using Bloomery.Engine.BeamSearch;
using Bloomery.Engine.Sampling;
using Bloomery.Engine.Stopping;

namespace Bloomery.Tests.BeamSearch;

public sealed class BeamSearcherTests
{
    private static readonly int[] Prompt = [1, 0, 2];

    public static TheoryData<int, int, double, EarlyStopping, int[]> Searches()
    {
        var rows = new TheoryData<int, int, double, EarlyStopping, int[]>();
        foreach (int beams in new[] { 1, 2, 4, 7 })
            foreach (double penalty in new[] { -1.0, 0.0, 0.6, 1.0, 2.5 })
                foreach (EarlyStopping early in Enum.GetValues<EarlyStopping>())
                    foreach (int[] ends in new int[][] { [], [3], [0, 3, 5] })
                        rows.Add(23, beams, penalty, early, ends);
        return rows;
    }

    [Theory, MemberData(nameof(Searches))]
    public void AgreesWithThePlainAlgorithm(int vocabulary, int beams, double penalty, EarlyStopping early, int[] ends)
    {
        for (ulong seed = 0; seed < 2; seed++)
        {
            var options = new BeamOptions { NumBeams = beams, ReturnCount = beams, LengthPenalty = penalty, EarlyStopping = early, EndIds = ends,
                MaxNewTokens = 9 };
            var model = new TableModel(vocabulary, seed, ends.Length > 0 ? Ending(vocabulary, seed, ends) : null);
            List<(int[] Ids, double Score)> expected = PlainBeamSearch.Run(model, Prompt, options);
            IReadOnlyList<BeamHypothesis> actual = BeamSearcher.Run(model, Prompt, options);

            Assert.Equal(expected.Select(text => string.Join(' ', text.Ids)), actual.Select(text => string.Join(' ', text.Ids)));
            foreach (((_, double score), BeamHypothesis hypothesis) in expected.Zip(actual)) Assert.Equal(score, hypothesis.Score, 1e-5);
            Assert.True(model.MostBeams <= beams);
        }
    }

    /// <summary>With room for every text, the best one is found: checked by trying them all.</summary>
    [Theory]
    [InlineData(1.0), InlineData(0.0)]
    public void EnoughBeamsFindTheBestOfAllTexts(double penalty)
    {
        const int vocabulary = 3, longest = 4;
        for (ulong seed = 0; seed < 4; seed++)
        {
            var model = new TableModel(vocabulary, seed);
            var options = new BeamOptions { NumBeams = 81, LengthPenalty = penalty, EarlyStopping = EarlyStopping.Never, EndIds = [2], MaxNewTokens = longest };
            (int[] Ids, double Score) best = AllTexts(model, [], 0, longest, end: 2).Select(text => (text.Ids, text.Sum / Math.Pow(text.Ids.Length, penalty)))
                .MaxBy(text => text.Item2);
            BeamHypothesis found = Assert.Single(BeamSearcher.Run(model, Prompt, options));
            Assert.Equal(best.Ids, found.Ids);
            Assert.Equal(best.Score, found.Score, 1e-5);
        }
    }

    [Fact]
    public void OneBeamWithoutEndIsGreedyDecoding()
    {
        var model = new TableModel(50, seed: 4);
        BeamHypothesis found = Assert.Single(BeamSearcher.Run(model, Prompt, new BeamOptions { NumBeams = 1, MaxNewTokens = 12 }));
        List<int> text = [.. Prompt];
        for (int i = 0; i < 12; i++) text.Add(LogitMath.ArgMax(model.LogitsAfter(text)));
        Assert.Equal(text[Prompt.Length..], found.Ids);
        Assert.Equal(FinishReason.Length, found.FinishReason);
    }

    [Fact]
    public void LogProbabilitiesAddUpToTheScoreAndTheEndTokenCounts()
    {
        int[] ends = [3];
        var model = new TableModel(40, 2, Ending(40, 2, ends));
        foreach (BeamHypothesis found in BeamSearcher.Run(model, Prompt,
            new BeamOptions { NumBeams = 5, ReturnCount = 5, LengthPenalty = 0.7, EndIds = ends, MaxNewTokens = 9 }))
        {
            Assert.Equal(found.Ids.Length, found.LogProbs.Length);
            Assert.Equal(found.LogProbs.Sum(p => (double)p) / Math.Pow(found.Ids.Length, 0.7), found.Score, 1e-5);
            Assert.Equal(found.Ids[^1] == 3 ? FinishReason.Stop : FinishReason.Length, found.FinishReason);
            Assert.DoesNotContain(3, found.Ids[..^1]);
        }
    }

    /// <summary>An end token below the first NumBeams candidates neither finishes a hypothesis nor takes the place of a running one.</summary>
    [Fact]
    public void OnlyTheFirstCandidatesMayFinish()
    {
        // Probabilities 0.5, 0.3 and 0.2 for the end, at every step.
        float[] logits = [MathF.Log(0.5f), MathF.Log(0.3f), MathF.Log(0.2f)];
        var model = new TableModel(3, 0, (_, id) => logits[id]);
        IReadOnlyList<BeamHypothesis> found = BeamSearcher.Run(model, Prompt,
            new BeamOptions { NumBeams = 2, ReturnCount = 2, EndIds = [2], MaxNewTokens = 2, LengthPenalty = 0 });
        // First step: 0, 1 go on; the end is third and is lost. Second: 0 0 (0.25), then 0 1 and 1 0 (0.15): the lower beam first.
        Assert.Equal([[0, 0], [0, 1]], found.Select(text => text.Ids));
        Assert.Equal(Math.Log(0.25), found[0].Score, 1e-6);
    }

    [Fact]
    public void EarlyStoppingDecidesHowLongTheSearchGoesOn()
    {
        // The end comes first with probability 0.6, then a token so sure that a longer text would win under the length penalty.
        float Logit(IReadOnlyList<int> text, int id) => text.Count == Prompt.Length
            ? MathF.Log(id switch { 0 => 0.6f, 1 => 0.39f, _ => 0.005f })
            : MathF.Log(id switch { 0 => 0.0005f, 1 => 0.999f, _ => 0.00025f });
        BeamHypothesis Best(EarlyStopping early, out int steps)
        {
            var model = new TableModel(4, 0, Logit);
            BeamHypothesis best = BeamSearcher.Run(model, Prompt, new BeamOptions { NumBeams = 1, EndIds = [0], MaxNewTokens = 10, EarlyStopping = early })[0];
            steps = model.Steps;
            return best;
        }
        Assert.Equal([0], Best(EarlyStopping.WhenFull, out int whenFull).Ids);
        Assert.Equal(0, whenFull);
        Assert.Equal([0], Best(EarlyStopping.Heuristic, out int heuristic).Ids);
        Assert.Equal(0, heuristic); // at length 1 the running beam (0.39) is worse than the finished one (0.6)
        Assert.Equal([1, 1, 1, 1, 1, 1, 1, 1, 1, 1], Best(EarlyStopping.Never, out _).Ids);
    }

    [Fact]
    public void BeamsBranchFromSharedParents()
    {
        // Whatever comes first, only beam 0's continuations are likely: both beams then descend from it.
        float Logit(IReadOnlyList<int> text, int id) =>
            text.Count == Prompt.Length ? (id == 0 ? 5 : id == 1 ? 0 : -9) : id == text.Count ? 2 : id == 7 ? 1.9f : 0;
        IReadOnlyList<BeamHypothesis> found = BeamSearcher.Run(new TableModel(8, 0, Logit), Prompt,
            new BeamOptions { NumBeams = 2, ReturnCount = 2, MaxNewTokens = 2 });
        Assert.Equal([[0, 4], [0, 7]], found.Select(text => text.Ids));
    }

    [Fact]
    public void PenaltiesActOnLogProbabilities()
    {
        // A penalty of 10 multiplies the (negative) log-probability of a token seen before: it is never worth repeating one.
        var chain = new LogitChain(new SamplingOptions { RepetitionPenalty = 10, Temperature = 0 });
        float Logit(IReadOnlyList<int> text, int id) => 3 - id;
        BeamHypothesis found = BeamSearcher.Run(new TableModel(6, 0, Logit), [5], new BeamOptions { NumBeams = 3, MaxNewTokens = 3 }, chain)[0];
        Assert.Equal(3, found.Ids.Distinct().Count());
        double logSum = Math.Log(Enumerable.Range(0, 6).Sum(id => Math.Exp(3 - id)));
        Assert.All(found.Ids.Zip(found.LogProbs), pair => Assert.Equal(3 - pair.First - logSum, pair.Second, 1e-5));
    }

    [Fact]
    public void LeastLengthAndBansHold()
    {
        int[] ends = [0];
        var chain = new LogitChain(new SamplingOptions { Temperature = 0, MinTokens = 4, EndIds = ends, SuppressedIds = [1] });
        float Logit(IReadOnlyList<int> text, int id) => id == 0 ? 9 : id == 1 ? 8 : -id;
        BeamHypothesis found = BeamSearcher.Run(new TableModel(6, 0, Logit), Prompt,
            new BeamOptions { NumBeams = 2, EndIds = ends, MaxNewTokens = 8 }, chain)[0];
        Assert.Equal([2, 2, 2, 2, 0], found.Ids);
    }

    [Fact]
    public void NothingLeftToChooseSaysSo()
    {
        var chain = new LogitChain(new SamplingOptions { Temperature = 0, SuppressedIds = [0, 1, 2] });
        Exception error = Assert.Throws<InvalidOperationException>(() => BeamSearcher.Run(new TableModel(3, 0), Prompt, new BeamOptions(), chain));
        Assert.Contains("no token is left", error.Message);
        error = Assert.Throws<InvalidOperationException>(() => BeamSearcher.Run(new TableModel(3, 0, (_, _) => float.NaN), Prompt, new BeamOptions()));
        Assert.StartsWith("the model computed NaN", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OptionsAreChecked()
    {
        Assert.Equal("NumBeams", Refused(new() { NumBeams = 0 }));
        Assert.Equal("MaxNewTokens", Refused(new() { MaxNewTokens = 0 }));
        Assert.Equal("ReturnCount", Refused(new() { NumBeams = 2, ReturnCount = 3 }));
        Assert.Equal("LengthPenalty", Refused(new() { LengthPenalty = double.NaN }));
        static string? Refused(BeamOptions options) => Assert.Throws<ArgumentOutOfRangeException>(options.Validate).ParamName;
    }

    [Fact]
    public void CancellationEndsTheSearch()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => BeamSearcher.Run(new TableModel(9, 0), Prompt, new BeamOptions(), cancellation: cancelled.Token));
    }

    // Makes the end tokens likely enough that hypotheses finish at different lengths.
    private static Func<IReadOnlyList<int>, int, float> Ending(int vocabulary, ulong seed, int[] ends)
    {
        var mixed = new TableModel(vocabulary, seed);
        return (text, id) => mixed.LogitsAfter(text)[id] + (ends.Contains(id) ? 1.5f : 0);
    }

    private static IEnumerable<(int[] Ids, double Sum)> AllTexts(TableModel model, int[] text, double sum, int longest, int end)
    {
        if (text.Length == longest || (text.Length > 0 && text[^1] == end)) return [(text, sum)];
        float[] logits = model.LogitsAfter([.. Prompt, .. text]);
        double logSum = Math.Log(logits.Sum(z => Math.Exp(z)));
        return Enumerable.Range(0, logits.Length).SelectMany(id => AllTexts(model, [.. text, id], sum + logits[id] - logSum, longest, end));
    }
}
