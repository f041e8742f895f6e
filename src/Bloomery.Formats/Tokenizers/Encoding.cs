namespace Bloomery.Formats.Tokenizers;

/// <summary>An encoded text: parallel arrays, one entry per token.</summary>
public sealed class Encoding
{
    /// <summary>Token ids.</summary>
    public required int[] Ids { get; init; }

    /// <summary>The vocabulary's spelling; for an added token, and for Unigram's unknown, the text that it matched.</summary>
    public required string[] Tokens { get; init; }

    /// <summary>Where each token stems from, in code points of the input; (0, 0) for what was added. Empty unless asked for.</summary>
    public required (int Begin, int End)[] Offsets { get; init; }

    /// <summary>The segment of each token: 0 for the first text, 1 for the second, unless a template says otherwise.</summary>
    public required int[] TypeIds { get; init; }

    /// <summary>The number of tokens.</summary>
    public int Length => Ids.Length;
}
