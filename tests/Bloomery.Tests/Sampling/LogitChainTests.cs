using Bloomery.Engine.Sampling;
using Bloomery.Engine.Sampling.Steps;

namespace Bloomery.Tests.Sampling;

public sealed class LogitChainTests
{
    private static readonly SamplingOptions Everything = new()
    {
        LogitBias = new Dictionary<int, float> { [3] = 5 }, SequenceBias = [new([4], 1)], RepetitionPenalty = 1.1f, EncoderRepetitionPenalty = 1.1f,
        PresencePenalty = 0.3f, FrequencyPenalty = 0.2f, DryMultiplier = 0.8f, NoRepeatNgramSize = 3, EncoderNoRepeatNgramSize = 3, BadWords = [[9]],
        SuppressedIds = [8], AllowedIds = [.. Enumerable.Range(0, 500)], MinTokens = 2, EndIds = [0], LengthDecayStart = 1, LengthDecayFactor = 1.01f,
        ForcedBosId = 1, ForcedEosIds = [0], MaxTokens = 1000, Temperature = 0.9f, TopK = 200, TopP = 0.95f, MinP = 0.001f, TypicalP = 0.99f,
        EpsilonCutoff = 1e-5f, EtaCutoff = 1e-5f, TopH = 0.99f, XtcProbability = 0.5f, XtcThreshold = 0.05f, LogProbs = 5,
    };

    [Fact]
    public void StepsRunInTheDocumentedOrder() => Assert.Equal(
        [
            typeof(LogitBias), typeof(SequenceBias), typeof(EncoderRepetitionPenalty), typeof(RepetitionPenalty), typeof(PresenceFrequency), typeof(Dry),
            typeof(EncoderNoRepeatNgram), typeof(NoRepeatNgram), typeof(AllowedTokens), typeof(BadWords), typeof(SuppressTokens), typeof(MinTokens),
            typeof(ExponentialDecayLength), typeof(ForcedBos), typeof(ForcedEos), typeof(GrammarDouble), typeof(Temperature), typeof(TopK), typeof(TopP),
            typeof(MinP), typeof(TypicalP), typeof(EpsilonCutoff), typeof(EtaCutoff), typeof(TopH), typeof(Xtc),
        ],
        new LogitChain(Everything, new GrammarDouble([])).Steps.Select(step => step.GetType()));

    [Fact]
    public void GreedyTakesTheLowestIdOnTiesAndLeavesTruncationOut()
    {
        float[] logits = new float[300];
        logits[7] = logits[8] = logits[250] = 2;
        var chain = new LogitChain(Everything with { Temperature = 0, AllowedIds = null, LogitBias = new Dictionary<int, float>() });
        Assert.True(chain.IsGreedy);
        Assert.All(chain.Steps, step => Assert.True(step.Stage < SamplingStage.Temperature));
        Assert.Equal(7, new LogitChain(new SamplingOptions { Temperature = 0 }).Choose(logits, Context([1, 2])).Id);
    }

    [Fact]
    public void GreedyHeedsPenalties()
    {
        float[] logits = [1, 3, 2.9f, 0];
        Assert.Equal(1, new LogitChain(new SamplingOptions { Temperature = 0 }).Choose(logits, Context([1])).Id);
        Assert.Equal(2, new LogitChain(new SamplingOptions { Temperature = 0, RepetitionPenalty = 1.2f }).Choose(logits, Context([1])).Id);
        Assert.Equal([1f, 3f, 2.9f, 0f], logits);
    }

    [Fact]
    public void LogProbabilityIsThatOfTheRawLogits()
    {
        float[] logits = TestLogits.Random(1000, seed: 2, scale: 3);
        var chain = new LogitChain(new SamplingOptions { Temperature = 0.5f, TopK = 3, RepetitionPenalty = 2, LogProbs = 3 });
        var best = new TokenAlternative[3];
        TokenChoice choice = chain.Choose(logits, Context([5, 6]), best);
        double logSum = Math.Log(logits.Sum(z => Math.Exp(z)));
        Assert.Equal(logits[choice.Id] - logSum, choice.LogProb, 1e-5);
        int[] expected = [.. Enumerable.Range(0, 1000).OrderByDescending(id => logits[id]).Take(3)];
        Assert.Equal(expected, best.Select(alternative => alternative.Id));
        Assert.All(best, alternative => Assert.Equal(logits[alternative.Id] - logSum, alternative.LogProb, 1e-5));
    }

    [Fact]
    public void AlternativesPutTheLowerIdFirstOnTies()
    {
        float[] logits = new float[100];
        logits[60] = 1;
        var best = new TokenAlternative[4];
        Assert.Equal(4, Alternatives.Fill(best, logits, 0));
        Assert.Equal([60, 0, 1, 2], best.Select(alternative => alternative.Id));
        Assert.Equal(2, Alternatives.Fill(new TokenAlternative[5], [3, 4], 0));
    }

    [Fact]
    public void WithoutLogProbsNoneIsComputed() =>
        Assert.True(float.IsNaN(new LogitChain(new SamplingOptions()).Choose([1f, 2f], Context([])).LogProb));

    /// <summary>Frequencies of draws agree with the distribution the chain itself gives.</summary>
    [Fact]
    public void DrawsFollowTheDistribution()
    {
        float[] logits = TestLogits.Random(400, seed: 12, scale: 2);
        var chain = new LogitChain(new SamplingOptions { Temperature = 1.3f, TopK = 30, TopP = 0.97f });
        double[] probabilities = new double[logits.Length];
        chain.Distribution(logits, Context([]), probabilities);
        Assert.Equal(1, probabilities.Sum(), 1e-12);

        const int draws = 10_000;
        int[] counts = new int[logits.Length];
        var stream = new RandomStream(77);
        var scratch = new SampleScratch(logits.Length);
        for (int step = 0; step < draws; step++)
        {
            TokenChoice choice = chain.Choose(logits, new SampleContext([], 0, stream.At(step), scratch));
            Assert.Equal(probabilities[choice.Id], choice.Probability, 1e-12);
            counts[choice.Id]++;
        }
        int kept = probabilities.Count(p => p > 0);
        double chiSquare = 0;
        for (int id = 0; id < logits.Length; id++)
        {
            double expected = draws * probabilities[id];
            if (expected == 0) Assert.Equal(0, counts[id]);
            else chiSquare += Math.Pow(counts[id] - expected, 2) / expected;
        }
        double limit = kept - 1 + 3.1 * Math.Sqrt(2.0 * (kept - 1)) + 6; // beyond the 0.1 % point
        Assert.True(chiSquare < limit, $"chi-square over {kept} tokens is {chiSquare}");
    }

    /// <summary>A draw equals the inverse CDF over ids of the chain's own distribution, packed or not.</summary>
    [Theory]
    [InlineData(0, 1f), InlineData(5, 1f), InlineData(0, 0.5f), InlineData(2000, 0.9f)]
    public void DrawIsTheInverseCdfInIdOrder(int topK, float topP)
    {
        float[] logits = TestLogits.Random(5000, seed: 3, scale: 2);
        var chain = new LogitChain(new SamplingOptions { TopK = topK, TopP = topP });
        double[] probabilities = new double[logits.Length];
        chain.Distribution(logits, Context([]), probabilities);
        var scratch = new SampleScratch(logits.Length);
        for (int step = 0; step < 200; step++)
        {
            SampleUniforms uniforms = new RandomStream(4).At(step);
            int expected = -1;
            for (double cumulative = 0; cumulative <= uniforms.Draw;) cumulative += probabilities[++expected];
            Assert.Equal(expected, chain.Choose(logits, new SampleContext([], 0, uniforms, scratch)).Id);
        }
    }

    [Fact]
    public void SamplesOfOneRequestDifferAndRepeat()
    {
        float[] logits = TestLogits.Random(2000, seed: 3, scale: 0.5f);
        int[] Sample(ulong seed, uint index)
        {
            var chain = new LogitChain(new SamplingOptions { TopP = 0.9f });
            var scratch = new SampleScratch(logits.Length);
            return [.. Enumerable.Range(0, 20)
                .Select(step => chain.Choose(logits, new SampleContext([], 0, new RandomStream(seed, index).At(step), scratch)).Id)];
        }
        Assert.Equal(Sample(1, 0), Sample(1, 0));
        Assert.NotEqual(Sample(1, 0), Sample(1, 1));
        Assert.NotEqual(Sample(1, 0), Sample(2, 0));
    }

    [Fact]
    public void AnEmptyChoiceSaysSo()
    {
        var chain = new LogitChain(new SamplingOptions { SuppressedIds = [0, 1, 2], TopK = 1 });
        Assert.Contains("no token is left", Assert.Throws<InvalidOperationException>(() => chain.Choose([1, 2, 3], Context([]))).Message);
        var greedy = new LogitChain(new SamplingOptions { SuppressedIds = [0, 1, 2], Temperature = 0 });
        Assert.Contains("no token is left", Assert.Throws<InvalidOperationException>(() => greedy.Choose([1, 2, 3], Context([]))).Message);
    }

    public static TheoryData<string> Truncations() =>
    [
        "none", "top_k", "top_p", "min_p", "typical_p", "epsilon",
        "eta", "top_h", "xtc", "mirostat", "penalty", "greedy", "greedy_penalty",
    ];

    [Theory, MemberData(nameof(Truncations))]
    public void Logits_that_are_no_numbers_are_the_models_fault(string name)
    {
        SamplingOptions options = name switch
        {
            "top_k" => new() { TopK = 40 }, "top_p" => new() { TopP = 0.9f }, "min_p" => new() { MinP = 0.1f },
            "typical_p" => new() { TypicalP = 0.9f }, "epsilon" => new() { EpsilonCutoff = 0.01f }, "eta" => new() { EtaCutoff = 0.01f },
            "top_h" => new() { TopH = 0.5f }, "xtc" => new() { XtcProbability = 1 }, "mirostat" => new() { Mirostat = 2 }, "penalty" =>
                new() { RepetitionPenalty = 1.2f },
            "greedy" => new() { Temperature = 0 }, "greedy_penalty" => new() { Temperature = 0, RepetitionPenalty = 1.2f }, _ => new(),
        };
        (float, bool, string)[] faults = [(float.NaN, true, "NaN"), (float.NaN, false, "NaN"), (float.PositiveInfinity, false, "infinity")];
        foreach ((float bad, bool all, string said) in faults)
        {
            float[] logits = TestLogits.Random(400, seed: 3, scale: 2);
            if (all) Array.Fill(logits, bad);
            else logits[250] = bad;
            string message = Assert.Throws<InvalidOperationException>(() => new LogitChain(options).Choose(logits, Context([5, 6, 7]))).Message;
            Assert.StartsWith($"the model computed {said} instead of logits at position 2:", message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(float.NaN, 0f), InlineData(float.NaN, 1f), InlineData(float.PositiveInfinity, 1f)]
    public void LogitsThatAreNoNumbersAreRefused(float bad, float temperature)
    {
        var chain = new LogitChain(new SamplingOptions { Temperature = temperature });
        Assert.Contains("the model computed", Assert.Throws<InvalidOperationException>(() => chain.Choose([1, bad, 3], Context([]))).Message);
    }

    [Fact]
    public void GrammarMasksBeforeTruncation()
    {
        float[] logits = [5, 4, 3, 2, 1];
        var grammar = new GrammarDouble([3, 4]);
        var chain = new LogitChain(new SamplingOptions { TopK = 1 }, grammar);
        TokenChoice choice = chain.Choose(logits, Context([]));
        Assert.Equal(3, choice.Id);
        Assert.Empty(grammar.Committed);
        chain.Commit(choice);
        Assert.Equal([3], grammar.Committed);
    }

    [Fact]
    public void MirostatMovesOnlyWhenATokenIsAccepted()
    {
        float[] logits = TestLogits.Random(500, seed: 3, scale: 2);
        var chain = new LogitChain(new SamplingOptions { Mirostat = 2 });
        var mirostat = (Mirostat)chain.Steps[0];
        TokenChoice choice = chain.Choose(logits, Context([]));
        Assert.Equal(10, mirostat.Mu);
        chain.Commit(choice);
        Assert.Equal(10 - 0.1 * (-Math.Log2(choice.Probability) - 5), mirostat.Mu, 1e-6);
    }

    /// <summary>Both versions hold the mean surprise near the wanted one, from whichever side they start.</summary>
    [Theory]
    [InlineData(1, 3f), InlineData(2, 3f), InlineData(2, 5f)]
    public void MirostatReachesItsTarget(int version, float tau)
    {
        var chain = new LogitChain(new SamplingOptions { Mirostat = version, MirostatTau = tau, MirostatEta = 0.1f });
        var scratch = new SampleScratch(2000);
        double surprise = 0;
        for (int step = 0; step < 600; step++)
        {
            float[] logits = TestLogits.Random(2000, seed: (ulong)step, scale: 2);
            TokenChoice choice = chain.Choose(logits, new SampleContext([], 0, new RandomStream(5).At(step), scratch));
            chain.Commit(choice);
            if (step >= 200) surprise -= Math.Log2(choice.Probability) / 400;
        }
        Assert.Equal(tau, surprise, 0.4);
    }

    [Fact]
    public void XtcActsAsOftenAsAsked()
    {
        float[] logits = [3, 2.9f, 0, 0];
        var chain = new LogitChain(new SamplingOptions { XtcProbability = 0.25f, XtcThreshold = 0.2f });
        var scratch = new SampleScratch(4);
        double[] probabilities = new double[4];
        int acted = 0;
        for (int step = 0; step < 4000; step++)
        {
            chain.Distribution(logits, new SampleContext([], 0, new RandomStream(6).At(step), scratch), probabilities);
            if (probabilities[0] == 0) acted++;
            Assert.True(probabilities[1] > 0);
        }
        Assert.InRange(acted, 880, 1120);
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void ChoosingAllocatesNothing(bool greedy)
    {
        const int vocabulary = 250_000;
        float[] logits = TestLogits.Random(vocabulary, seed: 1, scale: 3);
        var scratch = new SampleScratch(vocabulary);
        var chain = new LogitChain(Everything with { Temperature = greedy ? 0 : 0.9f, AllowedIds = null });
        int[] history = TestLogits.History(200, vocabulary);
        var best = new TokenAlternative[5];
        TokenChoice choice = default;
        for (int step = 0; step < 5; step++)
            choice = chain.Choose(logits, new SampleContext(history, 100, new RandomStream(1).At(step), scratch, history), best);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int step = 5; step < 10; step++)
        {
            choice = chain.Choose(logits, new SampleContext(history, 100, new RandomStream(1).At(step), scratch, history), best);
            chain.Commit(choice);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(1), InlineData(2)]
    public void MirostatAllocatesNothing(int version)
    {
        float[] logits = TestLogits.Random(20_000, seed: 1, scale: 3);
        var scratch = new SampleScratch(logits.Length);
        var chain = new LogitChain(new SamplingOptions { Mirostat = version });
        for (int step = 0; step < 5; step++) chain.Choose(logits, new SampleContext([], 0, new RandomStream(1).At(step), scratch));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int step = 5; step < 10; step++) chain.Choose(logits, new SampleContext([], 0, new RandomStream(1).At(step), scratch));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static SampleContext Context(int[] generated) => new(generated, 0, new SampleUniforms(0.37, 0.5), new SampleScratch(6000));

    /// <summary>Stands in for a grammar: allows a fixed set and notes what was accepted.</summary>
    private sealed class GrammarDouble(int[] allowed) : LogitStep
    {
        public List<int> Committed { get; } = [];

        public override SamplingStage Stage => SamplingStage.Grammar;

        public override bool IsNeutral => false;

        public override void Apply(Span<float> logits, in SampleContext context)
        {
            for (int id = 0; id < logits.Length; id++)
                if (Array.IndexOf(allowed, id) < 0) logits[id] = float.NegativeInfinity;
        }

        public override void Commit(in TokenChoice choice) => Committed.Add(choice.Id);
    }
}
