using Bloomery.Engine.Sampling;

namespace Bloomery;

/// <summary>What a caller asks of a generated text; what is null is the model's own default.</summary>
public sealed record GenerationOptions
{
    /// <summary>Most tokens to generate; null: until an end token or the full context.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Temperature; 0 is greedy.</summary>
    public float? Temperature { get; init; }

    /// <summary>Keeps the most likely tokens whose probabilities sum to this (arXiv 1904.09751).</summary>
    public float? TopP { get; init; }

    /// <summary>Keeps this many of the most likely tokens; 0: all.</summary>
    public int? TopK { get; init; }

    /// <summary>Drops tokens less likely than this times the likeliest (arXiv 2407.01082).</summary>
    public float? MinP { get; init; }

    /// <summary>Divides the logits of tokens that have occurred (arXiv 1909.05858).</summary>
    public float? RepetitionPenalty { get; init; }

    /// <summary>Seed of the random stream; null: another one each time.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Texts that end the answer; they are not part of it.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Further ids that end the answer.</summary>
    public IReadOnlyList<int> StopIds { get; init; } = [];

    /// <summary>Whether end tokens are ordinary tokens.</summary>
    public bool IgnoreEos { get; init; }

    /// <summary>A system message before the prompt, where the model has a chat template.</summary>
    public string? System { get; init; }

    /// <summary>Whether the prompt is fed as it is, without the model's chat template.</summary>
    public bool Raw { get; init; }

    /// <summary>(n, hidden) vectors that precede the text, or empty.</summary>
    public ReadOnlyMemory<float> SoftPrompt { get; init; }

    /// <summary>Everything else that can be sampled by; what this record sets itself wins.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>The sampling that results with a model's own defaults.</summary>
    public SamplingOptions Resolve(GenerationDefaults defaults, IReadOnlyList<int> endIds)
    {
        SamplingOptions neutral = new(), own = Sampling, advised = defaults.Further;
        return Sampling with
        {
            TypicalP = Given(own.TypicalP, neutral.TypicalP) ?? advised.TypicalP,
            EpsilonCutoff = Given(own.EpsilonCutoff, neutral.EpsilonCutoff) ?? advised.EpsilonCutoff,
            EtaCutoff = Given(own.EtaCutoff, neutral.EtaCutoff) ?? advised.EtaCutoff,
            TopH = Given(own.TopH, neutral.TopH) ?? advised.TopH,
            NoRepeatNgramSize = Given(own.NoRepeatNgramSize, neutral.NoRepeatNgramSize) ?? advised.NoRepeatNgramSize,
            EncoderNoRepeatNgramSize = Given(own.EncoderNoRepeatNgramSize, neutral.EncoderNoRepeatNgramSize) ?? advised.EncoderNoRepeatNgramSize,
            EncoderRepetitionPenalty = Given(own.EncoderRepetitionPenalty, neutral.EncoderRepetitionPenalty) ?? advised.EncoderRepetitionPenalty,
            MinTokens = Given(own.MinTokens, neutral.MinTokens) ?? advised.MinTokens,
            LengthDecayStart = own.LengthDecayFactor != 1 ? own.LengthDecayStart : advised.LengthDecayStart,
            LengthDecayFactor = Given(own.LengthDecayFactor, neutral.LengthDecayFactor) ?? advised.LengthDecayFactor,
            SuppressedIds = own.SuppressedIds.Count > 0 ? own.SuppressedIds : advised.SuppressedIds,
            BeginSuppressedIds = own.BeginSuppressedIds.Count > 0 ? own.BeginSuppressedIds : advised.BeginSuppressedIds,
            SequenceBias = own.SequenceBias.Count > 0 ? own.SequenceBias : advised.SequenceBias,
            // An end token that a model forbids itself is not forbidden, as in the reference library.
            BadWords = own.BadWords.Count > 0 ? own.BadWords : [.. advised.BadWords.Where(word => word.Length > 1 || !endIds.Contains(word[0]))],
            Temperature = Temperature ?? Given(Sampling.Temperature, neutral.Temperature) ?? defaults.Temperature ?? neutral.Temperature,
            TopP = TopP ?? Given(Sampling.TopP, neutral.TopP) ?? defaults.TopP ?? neutral.TopP,
            TopK = TopK ?? Given(Sampling.TopK, neutral.TopK) ?? defaults.TopK ?? neutral.TopK,
            MinP = MinP ?? Given(Sampling.MinP, neutral.MinP) ?? defaults.MinP ?? neutral.MinP,
            RepetitionPenalty = RepetitionPenalty ?? Given(Sampling.RepetitionPenalty, neutral.RepetitionPenalty) ?? defaults.RepetitionPenalty ?? neutral.RepetitionPenalty,
            Seed = Seed ?? Sampling.Seed,
            MaxTokens = MaxTokens ?? Sampling.MaxTokens,
            ForcedBosId = Sampling.ForcedBosId ?? defaults.ForcedBosId,
            ForcedEosIds = Sampling.ForcedEosIds.Count > 0 || IgnoreEos ? Sampling.ForcedEosIds : defaults.ForcedEosIds,
            EndIds = IgnoreEos ? [.. StopIds] : [.. endIds, .. StopIds, .. Sampling.EndIds],
        };
    }

    private static T? Given<T>(T value, T neutral) where T : struct => value.Equals(neutral) ? null : value;
}
