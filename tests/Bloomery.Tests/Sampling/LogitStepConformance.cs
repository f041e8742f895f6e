using System.Globalization;
using System.Reflection;
using Bloomery.Engine.Sampling;

namespace Bloomery.Tests.Sampling;

/// <summary>
/// What every step of the catalogue must obey. A new step with its own parameters is picked up by enumeration and tried with
/// several values of its declared range; one that reads <see cref="SamplingOptions"/> needs a row in <see cref="Active"/>.
/// </summary>
public sealed class LogitStepConformance
{
    private const int Vocabulary = 97;
    private const int PromptLength = 12;
    private static readonly int[] History = TestLogits.History(40, Vocabulary);
    private static readonly int[] EncoderIds = TestLogits.History(30, Vocabulary, seed: 8);

    private static readonly Dictionary<string, SamplingOptions[]> Active = new()
    {
        ["logit_bias"] = [new() { LogitBias = new Dictionary<int, float> { [3] = 5, [50] = -100, [100_000] = 1 } }],
        ["sequence_bias"] = [new() { SequenceBias = [new([4], 2), new([History[^1], 7], -3), new([History[^1], -7], 1)] }],
        ["bad_words"] = [new() { BadWords = [[5], [History[^1], 9], [100_000]] }],
        ["begin_suppress_tokens"] = [new() { BeginSuppressedIds = [1, 2, 96, 97, -1] }],
        ["suppress_tokens"] = [new() { SuppressedIds = [1, 2, 96, 97, -1] }],
        ["allowed_tokens"] = [new() { AllowedIds = [96, 0, 7, 7, 100_000] }],
        ["repetition_penalty"] = [new() { RepetitionPenalty = 1.3f }, new() { RepetitionPenalty = 0.5f }],
        ["encoder_repetition_penalty"] = [new() { EncoderRepetitionPenalty = 1.3f }],
        ["presence_frequency"] = [new() { PresencePenalty = 0.5f, FrequencyPenalty = -0.25f }],
        ["dry"] = [new() { DryMultiplier = 0.8f }, new() { DryMultiplier = 2, DryBase = 1, DryAllowedLength = 1, DrySequenceBreakers = [3] }],
        ["no_repeat_ngram"] = [new() { NoRepeatNgramSize = 1 }, new() { NoRepeatNgramSize = 3 }],
        ["encoder_no_repeat_ngram"] = [new() { EncoderNoRepeatNgramSize = 1 }, new() { EncoderNoRepeatNgramSize = 2 }],
        ["min_tokens"] = [new() { MinTokens = 100, EndIds = [0, 2] }],
        ["exponential_decay_length"] = [new() { LengthDecayStart = 3, LengthDecayFactor = 1.5f, EndIds = [0, 2] },
            new() { LengthDecayFactor = 1e30f, EndIds = [0] }],
        ["forced_bos"] = [new() { ForcedBosId = 4 }],
        ["forced_eos"] = [new() { MaxTokens = History.Length - PromptLength + 1, ForcedEosIds = [0, 2] }],
        ["temperature"] = [new() { Temperature = 0.3f }, new() { Temperature = 2 }, new() { Temperature = 1e-38f }],
        ["top_k"] = [new() { TopK = 1 }, new() { TopK = 10 }, new() { TopK = int.MaxValue }],
        ["top_p"] = [new() { TopP = 1e-6f }, new() { TopP = 0.5f }, new() { TopP = 0.999f }],
        ["min_p"] = [new() { MinP = 0.1f }, new() { MinP = 1 }],
        ["typical_p"] = [new() { TypicalP = 0.01f }, new() { TypicalP = 0.9f }],
        ["epsilon_cutoff"] = [new() { EpsilonCutoff = 0.01f }, new() { EpsilonCutoff = 1 }],
        ["eta_cutoff"] = [new() { EtaCutoff = 0.01f }, new() { EtaCutoff = 1 }],
        ["top_h"] = [new() { TopH = 0.01f }, new() { TopH = 0.5f }, new() { TopH = 1 }],
        ["xtc"] = [new() { XtcProbability = 1, XtcThreshold = 0 }, new() { XtcProbability = 1, XtcThreshold = 0.05f }],
        ["mirostat_v1"] = [new() { Mirostat = 1 }, new() { Mirostat = 1, MirostatTau = 0.01f }],
        ["mirostat_v2"] = [new() { Mirostat = 2 }, new() { Mirostat = 2, MirostatTau = 0.01f }],
    };

    public static TheoryData<string> Keys() => [.. LogitSteps.Names];

    [Fact]
    public void EveryStepIsTried()
    {
        Assert.True(LogitSteps.Names.Count >= 26, $"only {LogitSteps.Names.Count} steps were found");
        Assert.All(Active.Keys, key => Assert.Contains(key, LogitSteps.Names));
    }

    [Fact]
    public void DefaultOptionsMakeAnEmptyChain() => Assert.Empty(new LogitChain(new SamplingOptions()).Steps);

    /// <summary>The defaults that the parameters declare are those that the steps take: written out, they change nothing.</summary>
    [Theory, MemberData(nameof(Keys))]
    public void DeclaredDefaultsAreThoseOfTheStep(string key)
    {
        foreach (SamplingOptions options in ActiveOptions(key))
        {
            float[] expected = TestLogits.Random(Vocabulary, seed: 2, scale: 3), written = [.. expected];
            Make(key, options).Apply(expected, Context(new SampleScratch(Vocabulary)));
            Make(key, options.Over(Defaults())).Apply(written, Context(new SampleScratch(Vocabulary)));
            Assert.Equal(expected, written);
        }
    }

    [Fact]
    public void DeclaredDefaultsMakeAnEmptyChain() => Assert.Empty(new LogitChain(Defaults()).Steps);

    private static SamplingOptions Defaults()
    {
        SamplingOptions options = new();
        foreach (SamplingParameter parameter in SamplingParameters.All.Where(p => !p.IsExtra && p.Default is not null))
        {
            PropertyInfo property = typeof(SamplingOptions).GetProperty(parameter.Property)!;
            property.SetValue(options, Convert.ChangeType(parameter.Default!.Value,
                Nullable.GetUnderlyingType(property.PropertyType)!, CultureInfo.InvariantCulture));
        }
        return options;
    }

    [Theory, MemberData(nameof(Keys))]
    public void OnlyItsOwnParametersWakeAStep(string key)
    {
        Assert.True(Make(key, new SamplingOptions()).IsNeutral, $"{key} is not neutral with default options");
        foreach (SamplingOptions options in ActiveOptions(key))
            Assert.Equal([Make(key, options).GetType()], new LogitChain(options).Steps.Select(step => step.GetType()));
    }

    [Theory, MemberData(nameof(Keys))]
    public void RemovedTokensStayRemovedAndOneAlwaysRemains(string key)
    {
        foreach (LogitStep step in ActiveSteps(key))
        {
            foreach ((string name, float[] logits) in Rows())
            {
                float[] changed = [.. logits];
                step.Apply(changed, Context(new SampleScratch(Vocabulary)));
                string label = $"{key} on {name}";
                Assert.False(changed.Any(float.IsNaN), $"{label}: a logit is no number");
                if (step.Stage != SamplingStage.Forced)
                    for (int id = 0; id < Vocabulary; id++)
                        Assert.False(float.IsNegativeInfinity(logits[id]) && changed[id] > float.NegativeInfinity, $"{label}: token {id} came back");
                if (step.Stage >= SamplingStage.Temperature)
                    Assert.True(changed.Any(z => z > float.NegativeInfinity), $"{label}: no token remains");
            }
        }
    }

    [Theory, MemberData(nameof(Keys))]
    public void WorkingMemoryIsLeftClean(string key)
    {
        foreach (LogitStep step in ActiveSteps(key))
        {
            var scratch = new SampleScratch(Vocabulary + 5);
            step.Apply(TestLogits.Random(Vocabulary, seed: 2, scale: 3), Context(scratch));
            Assert.Equal(-1, scratch.Marks.IndexOfAnyExcept(0));
        }
    }

    [Theory, MemberData(nameof(Keys))]
    public void SameInputGivesSameOutput(string key)
    {
        foreach (LogitStep step in ActiveSteps(key))
        {
            float[] first = TestLogits.Random(Vocabulary, seed: 2, scale: 3), second = [.. first];
            var scratch = new SampleScratch(Vocabulary);
            step.Apply(first, Context(scratch));
            step.Apply(second, Context(scratch));
            Assert.Equal(first, second);
        }
    }

    /// <summary>The chain packs what truncation left: a truncating step must not care whether removed tokens are still there.</summary>
    [Theory, MemberData(nameof(Keys))]
    public void TruncationIgnoresRemovedTokens(string key)
    {
        foreach (LogitStep step in ActiveSteps(key))
        {
            if (step.Stage <= SamplingStage.Temperature) continue;
            float[] sparse = TestLogits.Random(Vocabulary, seed: 6, scale: 3);
            for (int id = 0; id < Vocabulary; id++) if (id % 3 != 0) sparse[id] = float.NegativeInfinity;
            float[] packed = [.. sparse.Where(float.IsFinite)];
            if (key == "mirostat_v1") continue; // counts the vocabulary: the law it fits depends on it
            step.Apply(sparse, Context(new SampleScratch(Vocabulary)));
            step.Apply(packed, Context(new SampleScratch(Vocabulary)));
            Assert.Equal(packed, sparse.Where((_, id) => id % 3 == 0));
        }
    }

    [Theory, MemberData(nameof(Keys))]
    public void ApplyAllocatesNothing(string key)
    {
        var scratch = new SampleScratch(Vocabulary);
        float[] logits = TestLogits.Random(Vocabulary, seed: 2, scale: 3);
        foreach (LogitStep step in ActiveSteps(key))
        {
            for (int warm = 0; warm < 3; warm++) step.Apply([.. logits], Context(scratch));
            float[] work = [.. logits];
            long before = GC.GetAllocatedBytesForCurrentThread();
            step.Apply(work, Context(scratch));
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated == 0, $"{key} allocates {allocated} bytes");
        }
    }

    [Theory, MemberData(nameof(Keys))]
    public void StrangeHistoriesAreHarmless(string key)
    {
        int[][] histories = [[], [0], [96, 96], [-5, 100_000, int.MaxValue, 3], [5, 5, 5, 5, 5, 5, 5, 5]];
        foreach (LogitStep step in ActiveSteps(key))
        {
            foreach (int[] history in histories)
            {
                float[] logits = TestLogits.Random(Vocabulary, seed: 4);
                step.Apply(logits, new SampleContext(history, Math.Min(1, history.Length), default, new SampleScratch(Vocabulary), history));
                Assert.False(logits.Any(float.IsNaN), $"{key} on [{string.Join(", ", history)}]");
            }
        }
    }

    private static SampleContext Context(SampleScratch scratch) => new(History, PromptLength, new SampleUniforms(0.4, 0.4), scratch, EncoderIds);

    private static LogitStep Make(string key, SamplingOptions options) =>
        LogitSteps.Create(options).Single(step => step.GetType() == LogitSteps.TypeOf(key));

    private static IEnumerable<LogitStep> ActiveSteps(string key) => ActiveOptions(key).Select(options => Make(key, options));

    private static IEnumerable<SamplingOptions> ActiveOptions(string key)
    {
        if (Active.TryGetValue(key, out SamplingOptions[]? rows)) return rows;
        SamplingParameterAttribute[] declared = [.. LogitSteps.TypeOf(key).GetCustomAttributes<SamplingParameterAttribute>()];
        Assert.True(declared.Length > 0, $"{key} declares no parameter and has no row in {nameof(Active)}");
        return Enumerable.Range(1, 4).Select(part => new SamplingOptions { Extra = declared.ToDictionary(d => d.Name, d => Between(d, part / 4.0)) });
    }

    private static double Between(SamplingParameterAttribute declared, double part)
    {
        double far = double.IsFinite(declared.Maximum) ? declared.Maximum : declared.Default + 10;
        return declared.Default + part * part * (far == declared.Default ? declared.Minimum - declared.Default : far - declared.Default);
    }

    private static IEnumerable<(string Name, float[] Logits)> Rows()
    {
        yield return ("random logits", TestLogits.Random(Vocabulary, seed: 1, scale: 3));
        yield return ("equal logits", new float[Vocabulary]);
        yield return ("huge logits", TestLogits.Random(Vocabulary, seed: 5, scale: 1e30f));
        float[] one = new float[Vocabulary];
        Array.Fill(one, float.NegativeInfinity);
        one[11] = -4;
        yield return ("one token", one);
        float[] half = TestLogits.Random(Vocabulary, seed: 7, scale: 2);
        for (int id = 0; id < Vocabulary; id += 2) half[id] = float.NegativeInfinity;
        yield return ("half of the tokens", half);
    }
}
