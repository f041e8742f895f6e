using Bloomery.Formats.Tokenizers.Normalizers;

namespace Bloomery.Formats.Tokenizers.SentencePiece;

/// <summary>What a vocabulary's file says about the use of its pieces; the defaults are SentencePiece's own.</summary>
internal sealed record SentencePieceOptions
{
    /// <summary>Whether pieces are chosen by the best sum of scores (Unigram) and not by merging neighbours (BPE).</summary>
    public bool Unigram { get; init; } = true;

    /// <summary>Whether the dummy space goes behind the text and not in front of it.</summary>
    public bool WhitespaceAsSuffix { get; init; }

    /// <summary>Whether a character without a piece becomes the pieces of its bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>The text that the unknown piece decodes to.</summary>
    public string UnknownSurface { get; init; } = " \u2047 ";

    /// <summary>The replacements made first, or null.</summary>
    public PrecompiledMap? Map { get; init; }

    /// <summary>Whether a text that is not empty gets a space of its own.</summary>
    public bool DummyPrefix { get; init; } = true;

    /// <summary>Whether spaces go at both ends and in runs.</summary>
    public bool RemoveExtraWhitespace { get; init; } = true;

    /// <summary>Whether spaces are spelled <c>▁</c>.</summary>
    public bool EscapeWhitespace { get; init; } = true;

    /// <summary>Whether user-defined pieces are found within the text, as SentencePiece does, and not cut out of it beforehand, as GGUF readers do.</summary>
    public bool MatchUserSymbols { get; init; } = true;

    /// <summary>
    /// Whether special pieces are spelled out where they are not skipped, and user-defined ones always, as GGUF readers do. Else, as in
    /// SentencePiece: control pieces never give text, the unknown always gives <see cref="UnknownSurface"/>, and user-defined pieces are text.
    /// </summary>
    public bool SpellSymbols { get; init; }

    /// <summary>Special pieces that are spelled out where they are not skipped even so: they came from the files beside a <c>.model</c>.</summary>
    public IReadOnlySet<int> Spelled { get; init; } = new HashSet<int>();

    /// <summary>The piece put before a text where special tokens are added, or null.</summary>
    public int? Bos { get; init; }

    /// <summary>The piece put behind a text where special tokens are added, or null.</summary>
    public int? Eos { get; init; }
}
