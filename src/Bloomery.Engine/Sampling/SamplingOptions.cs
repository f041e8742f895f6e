using System.Collections.ObjectModel;
using Bloomery.Engine.Sampling;

namespace Bloomery;

/// <summary>
/// How tokens are chosen. What is null is the model's own advice, and where it gives none, the default that is named below:
/// temperature 1 and nothing else. A value that is given holds, also one that switches something off. Nothing is clamped or ignored.
/// </summary>
public sealed record SamplingOptions
{
    /// <summary>Divides the logits; 0 takes the likeliest token, the lowest id on ties. 1 where nobody says otherwise.</summary>
    [SamplingParameter("temperature", 0, 2, Default = 1)]
    public float? Temperature { get; init; }

    /// <summary>Keeps the k likeliest tokens and all equals of the last; 0 is off.</summary>
    [SamplingParameter("top_k", 0, int.MaxValue)]
    public int? TopK { get; init; }

    /// <summary>Keeps the likeliest tokens up to the one that reaches this probability (arXiv 1904.09751); 1 is off.</summary>
    [SamplingParameter("top_p", 0, 1, AboveMinimum = true, Default = 1)]
    public float? TopP { get; init; }

    /// <summary>Drops tokens less likely than this times the likeliest (arXiv 2407.01082); 0 is off.</summary>
    [SamplingParameter("min_p", 0, 1)]
    public float? MinP { get; init; }

    /// <summary>Keeps the tokens whose information is nearest to the entropy up to this probability; 1 is off.</summary>
    [SamplingParameter("typical_p", 0, 1, AboveMinimum = true, Default = 1)]
    public float? TypicalP { get; init; }

    /// <summary>Drops tokens less likely than this; 0 is off.</summary>
    [SamplingParameter("epsilon_cutoff", 0, 1)]
    public float? EpsilonCutoff { get; init; }

    /// <summary>Drops tokens less likely than this or its square root times exp(-entropy), whichever is smaller; 0 is off.</summary>
    [SamplingParameter("eta_cutoff", 0, 1)]
    public float? EtaCutoff { get; init; }

    /// <summary>Keeps the likeliest tokens as long as their entropy stays below this part of the whole; 0 is off.</summary>
    [SamplingParameter("top_h", 0, 1)]
    public float? TopH { get; init; }

    /// <summary>How often XTC acts; 0 is off.</summary>
    [SamplingParameter("xtc_probability", 0, 1)]
    public float? XtcProbability { get; init; }

    /// <summary>The probability above which XTC regards a token as a top choice; 0.1 where nobody says otherwise.</summary>
    [SamplingParameter("xtc_threshold", 0, 1, Default = 0.1)]
    public float? XtcThreshold { get; init; }

    /// <summary>The version of mirostat, 1 or 2, in the place of all truncations, the model's own among them; 0 is off.</summary>
    [SamplingParameter("mirostat", 0, 2)]
    public int? Mirostat { get; init; }

    /// <summary>The surprise, in bits, that mirostat aims at; 5 where nobody says otherwise.</summary>
    [SamplingParameter("mirostat_tau", 0, double.PositiveInfinity, AboveMinimum = true, Default = 5)]
    public float? MirostatTau { get; init; }

    /// <summary>How fast mirostat corrects itself; 0.1 where nobody says otherwise.</summary>
    [SamplingParameter("mirostat_eta", 0, 1, Default = 0.1)]
    public float? MirostatEta { get; init; }

    /// <summary>Divides positive and multiplies negative logits of tokens in prompt and output (arXiv 1909.05858); 1 is off.</summary>
    [SamplingParameter("repetition_penalty", 0, double.PositiveInfinity, AboveMinimum = true, Default = 1)]
    public float? RepetitionPenalty { get; init; }

    /// <summary>The inverse of a repetition penalty, for the tokens of the encoder's input; 1 is off.</summary>
    [SamplingParameter("encoder_repetition_penalty", 0, double.PositiveInfinity, AboveMinimum = true, Default = 1)]
    public float? EncoderRepetitionPenalty { get; init; }

    /// <summary>Taken from the logit of every token in the output; 0 is off.</summary>
    [SamplingParameter("presence_penalty", -2, 2)]
    public float? PresencePenalty { get; init; }

    /// <summary>Taken from the logit of a token for each time it is in the output; 0 is off.</summary>
    [SamplingParameter("frequency_penalty", -2, 2)]
    public float? FrequencyPenalty { get; init; }

    /// <summary>The strength of DRY; 0 is off.</summary>
    [SamplingParameter("dry_multiplier", 0, double.PositiveInfinity)]
    public float? DryMultiplier { get; init; }

    /// <summary>How fast DRY's penalty grows with the length of a repeat; 1.75 where nobody says otherwise.</summary>
    [SamplingParameter("dry_base", 1, double.PositiveInfinity, Default = 1.75)]
    public float? DryBase { get; init; }

    /// <summary>The length of a repeat from which DRY acts; 2 where nobody says otherwise.</summary>
    [SamplingParameter("dry_allowed_length", 1, int.MaxValue, Default = 2)]
    public int? DryAllowedLength { get; init; }

    /// <summary>Tokens at which DRY's repeats end; the caller resolves strings to ids.</summary>
    public IReadOnlyList<int> DrySequenceBreakers { get; init => field = Given(value, nameof(DrySequenceBreakers)); } = [];

    /// <summary>No n-gram of this length occurs twice in prompt and output; 0 is off.</summary>
    [SamplingParameter("no_repeat_ngram_size", 0, int.MaxValue)]
    public int? NoRepeatNgramSize { get; init; }

    /// <summary>No n-gram of this length of the encoder's input occurs in the output; 0 is off.</summary>
    [SamplingParameter("encoder_no_repeat_ngram_size", 0, int.MaxValue)]
    public int? EncoderNoRepeatNgramSize { get; init; }

    /// <summary>Added to the logits of single tokens; -100 to 100.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init => field = Given(value, nameof(LogitBias)); } = ReadOnlyDictionary<int, float>.Empty;

    /// <summary>
    /// Added to the logit of a sequence's last token where the rest of the sequence has just been generated. Null: the model's own; empty: none.
    /// </summary>
    public IReadOnlyList<TokenSequenceBias>? SequenceBias { get; init; }

    /// <summary>Token sequences that must not be completed. Null: the model's own; empty: none.</summary>
    public IReadOnlyList<int[]>? BadWords { get; init; }

    /// <summary>Tokens that are never chosen. Null: the model's own; empty: none.</summary>
    public IReadOnlyList<int>? SuppressedIds { get; init; }

    /// <summary>Tokens that are not chosen first.</summary>
    internal IReadOnlyList<int>? BeginSuppressedIds { get; init; }

    /// <summary>The only tokens that may be chosen; null for all.</summary>
    public IReadOnlyList<int>? AllowedIds { get; init; }

    /// <summary>No end token before this many are generated; 0 is off.</summary>
    [SamplingParameter("min_tokens", 0, int.MaxValue)]
    public int? MinTokens { get; init; }

    /// <summary>The number of tokens after which the text stops; null: at an end token or the full context.</summary>
    [SamplingParameter("max_tokens", 0, int.MaxValue, Default = SamplingParameterAttribute.None)]
    public int? MaxTokens { get; init; }

    /// <summary>What a request's end tokens come to: the model's own and the request's; empty where they are ordinary tokens.</summary>
    internal IReadOnlyList<int> EndIds { get; init; } = [];

    /// <summary>From how many tokens on end tokens gain weight; acts together with <see cref="LengthDecayFactor"/>.</summary>
    [SamplingParameter("exponential_decay_length_penalty[0]", 0, int.MaxValue)]
    public int? LengthDecayStart { get; init; }

    /// <summary>By what factor per token end tokens gain weight; 1 is off.</summary>
    [SamplingParameter("exponential_decay_length_penalty[1]", 0, double.PositiveInfinity, AboveMinimum = true, Default = 1)]
    public float? LengthDecayFactor { get; init; }

    /// <summary>The token that must come first; of an encoder-decoder, after the decoder's start token. Null: the model's own.</summary>
    [SamplingParameter("forced_bos_token_id", 0, int.MaxValue, Default = SamplingParameterAttribute.None)]
    public int? ForcedBosId { get; init; }

    /// <summary>The tokens of which one must be the last when <see cref="MaxTokens"/> is reached. Null: the model's own; empty: none.</summary>
    public IReadOnlyList<int>? ForcedEosIds { get; init; }

    /// <summary>The seed of the random numbers; null: another one each time.</summary>
    public ulong? Seed { get; init; }

    /// <summary>How many likely alternatives to report with each token: 0 for the chosen token's log-probability alone, null for none.</summary>
    [SamplingParameter("logprobs", 0, 20, Default = SamplingParameterAttribute.None)]
    public int? LogProbs { get; init; }

    /// <summary>Parameters that a sampler declares for itself, by name (<c>bloomery list samplers</c>).</summary>
    public IReadOnlyDictionary<string, double> Extra { get; init => field = Given(value, nameof(Extra)); } = ReadOnlyDictionary<string, double>.Empty;

    /// <summary>These options, and where they leave something open what <paramref name="defaults"/> say.</summary>
    public SamplingOptions Over(SamplingOptions defaults)
    {
        ArgumentNullException.ThrowIfNull(defaults);
        SamplingOptions merged = this with { };
        SamplingParameters.Fill(merged, defaults);
        return merged;
    }

    /// <summary>A parameter from <see cref="Extra"/>, or <paramref name="neutral"/>.</summary>
    internal double Number(string name, double neutral) => Extra.TryGetValue(name, out double value) ? value : neutral;

    /// <summary>Everything that cannot be honoured; empty when the options are valid.</summary>
    internal IReadOnlyList<SamplingProblem> Problems() => [.. SamplingParameters.Check(this), .. SamplingRules.Check(this)];

    /// <summary>Refuses options that cannot be honoured.</summary>
    /// <exception cref="ArgumentException">A parameter is out of its range; the message names it, the range and the value.</exception>
    internal void Validate()
    {
        foreach (SamplingProblem problem in Problems())
            throw new ArgumentOutOfRangeException(problem.Property, problem.Message);
    }

    private static T Given<T>(T? value, string name) where T : class =>
        value ?? throw new ArgumentNullException(name, $"{name} is null; leave it out, or give an empty collection");
}
