using System.Text;

namespace Bloomery.Formats.Tokenizers;

/// <summary>Turns text into token ids and back. Instances are immutable and may be used by many threads at once.</summary>
public abstract class Tokenizer
{
    /// <summary>One more than the highest token id, added tokens included.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>The special tokens that have a role (begin, end, unknown, padding).</summary>
    public SpecialTokenIds Roles { get; init; } = new();

    /// <summary>The token that begins a text, or null.</summary>
    public int? BosId => Roles.Bos;

    /// <summary>The token that ends a text, or null.</summary>
    public int? EosId => Roles.Eos;

    /// <summary>The token for what the vocabulary cannot spell, or null.</summary>
    public int? UnknownId => Roles.Unknown;

    /// <summary>The token that fills up batches, or null.</summary>
    public int? PadId => Roles.Pad;

    /// <summary>Encodes one text with token spellings and, where asked for, offsets.</summary>
    public abstract Encoding Encode(string text, EncodeOptions options);

    /// <summary>Encodes two texts together, as the post-processor joins them; <see cref="EncodeOptions.PlainRanges"/> is not used.</summary>
    public abstract Encoding EncodePair(string first, string second, EncodeOptions options);

    /// <summary>The fast path: appends the ids of <paramref name="text"/> to <paramref name="ids"/>, without spellings and offsets.</summary>
    public abstract void Encode(string text, EncodeOptions options, List<int> ids);

    /// <summary>The ids of <paramref name="text"/>.</summary>
    public int[] EncodeToIds(string text, EncodeOptions? options = null)
    {
        var ids = new List<int>();
        Encode(text, options ?? EncodeOptions.Default, ids);
        return ids.ToArray();
    }

    /// <summary>A decoder that gives text out as soon as it is settled; the concatenation of its pieces equals <see cref="Decode"/> of the whole.</summary>
    /// <param name="skipSpecial">Whether special tokens give no text.</param>
    public abstract StreamingDecoder CreateStreamingDecoder(bool skipSpecial = false);

    /// <summary>The text of <paramref name="ids"/>; ids outside the vocabulary give nothing.</summary>
    /// <param name="skipSpecial">Whether special tokens give no text.</param>
    public virtual string Decode(ReadOnlySpan<int> ids, bool skipSpecial = false)
    {
        StreamingDecoder decoder = CreateStreamingDecoder(skipSpecial);
        var text = new StringBuilder();
        foreach (int id in ids) text.Append(decoder.Push(id));
        return text.Append(decoder.Finish()).ToString();
    }

    /// <summary>One string per id, the text that it releases; what is left at the end joins the last. Joined they equal <see cref="Decode"/>.</summary>
    /// <param name="skipSpecial">Whether special tokens give no text.</param>
    public virtual string[] DecodePieces(ReadOnlySpan<int> ids, bool skipSpecial = false)
    {
        StreamingDecoder decoder = CreateStreamingDecoder(skipSpecial);
        var pieces = new string[ids.Length];
        for (int i = 0; i < ids.Length; i++) pieces[i] = decoder.Push(ids[i]);
        if (pieces.Length > 0) pieces[^1] += decoder.Finish();
        return pieces;
    }

    /// <summary>The id of a token in the vocabulary's spelling, or null.</summary>
    public abstract int? TokenToId(string token);

    /// <summary>The vocabulary's spelling of a token, or null where there is no such id.</summary>
    public abstract string? IdToToken(int id);

    /// <summary>Whether a token is special (control): never text.</summary>
    public abstract bool IsSpecial(int id);

    /// <summary>The bytes that a token adds in the middle of a text; empty for special tokens and ids that are not there.</summary>
    public abstract ReadOnlySpan<byte> TokenBytes(int id);
}
