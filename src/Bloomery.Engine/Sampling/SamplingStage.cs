namespace Bloomery.Engine.Sampling;

/// <summary>The order in which <see cref="LogitStep"/>s run. Everything before <see cref="Temperature"/> also acts on greedy decoding and beams.</summary>
internal enum SamplingStage
{
    /// <summary>Additions per token id.</summary>
    Bias,

    /// <summary>Additions to the last token of a sequence.</summary>
    SequenceBias,

    /// <summary>Favouring the tokens of the encoder's input.</summary>
    EncoderRepetition,

    /// <summary>Repetition penalty over prompt and output.</summary>
    Repetition,

    /// <summary>Presence and frequency penalties over the output.</summary>
    PresenceFrequency,

    /// <summary>DRY, over prompt and output.</summary>
    Dry,

    /// <summary>Bans of n-grams already seen.</summary>
    Ngram,

    /// <summary>Bans of given tokens and token sequences.</summary>
    BadWords,

    /// <summary>Bans of the end until the text is long enough.</summary>
    MinTokens,

    /// <summary>Growing weight of the end as the text gets long.</summary>
    LengthDecay,

    /// <summary>Tokens that must come now.</summary>
    Forced,

    /// <summary>The mask of a grammar, schema or regular expression.</summary>
    Grammar,

    /// <summary>Division by the temperature. The last stage that sees the whole vocabulary.</summary>
    Temperature,

    /// <summary>The k likeliest tokens.</summary>
    TopK,

    /// <summary>The likeliest tokens that together reach a probability.</summary>
    TopP,

    /// <summary>A floor relative to the likeliest token.</summary>
    MinP,

    /// <summary>The tokens whose information is nearest to the entropy.</summary>
    TypicalP,

    /// <summary>A fixed floor.</summary>
    Epsilon,

    /// <summary>A floor that sinks with the entropy.</summary>
    Eta,

    /// <summary>A bound on the entropy that is kept.</summary>
    TopH,

    /// <summary>Exclusion of the top choices.</summary>
    Xtc,

    /// <summary>Mirostat, which stands in for everything from <see cref="TopK"/> to <see cref="Xtc"/>.</summary>
    Mirostat,
}
