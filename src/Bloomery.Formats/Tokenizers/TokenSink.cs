namespace Bloomery.Formats.Tokenizers;

/// <summary>Where a model puts the tokens of a piece: ids and, unless only ids are wanted, spans and texts.</summary>
/// <param name="idsOnly">Whether spans and texts are dropped.</param>
internal sealed class TokenSink(bool idsOnly)
{
    /// <summary>Whether spans and texts are dropped.</summary>
    public bool IdsOnly { get; } = idsOnly;

    /// <summary>Token ids.</summary>
    public List<int> Ids { get; init; } = [];

    /// <summary>Spans in the text that the model was given.</summary>
    public List<(int Begin, int End)> Spans { get; } = [];

    /// <summary>The text of tokens that are not spelled as in the vocabulary, else null.</summary>
    public List<string?> Texts { get; } = [];

    /// <summary>Looked at by those who fill the sink, between two pieces.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Appends a token.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="begin">The first UTF-16 unit that it stands for.</param>
    /// <param name="end">The first behind.</param>
    /// <param name="text">Its text where that is not the vocabulary's spelling.</param>
    public void Add(int id, int begin, int end, string? text = null)
    {
        Ids.Add(id);
        if (IdsOnly) return;
        Spans.Add((begin, end));
        Texts.Add(text);
    }

    /// <summary>
    /// Appends tokens that cover a text's UTF-8 bytes one after the other. In text a token covers the characters that its bytes belong to.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="offset">Where the text begins in what the model was given.</param>
    /// <param name="ids">The tokens.</param>
    /// <param name="lengths">How many bytes each covers.</param>
    public void AddBytes(ReadOnlySpan<char> text, int offset, ReadOnlySpan<int> ids, ReadOnlySpan<int> lengths)
    {
        if (IdsOnly)
        {
            Ids.AddRange(ids);
            return;
        }
        // The current character: where it begins, its units, and the byte behind it.
        int index = 0, units = 0, byteEnd = 0, position = 0;
        for (int t = 0; t < ids.Length; t++)
        {
            while (position >= byteEnd && index + units < text.Length) Advance(text, ref index, ref units, ref byteEnd);
            int begin = index;
            position += lengths[t];
            while (position > byteEnd && index + units < text.Length) Advance(text, ref index, ref units, ref byteEnd);
            Add(ids[t], offset + begin, offset + index + units);
        }
    }

    private static void Advance(ReadOnlySpan<char> text, ref int index, ref int units, ref int byteEnd)
    {
        index += units;
        System.Text.Rune.DecodeFromUtf16(text[index..], out System.Text.Rune rune, out units);
        byteEnd += rune.Utf8SequenceLength;
    }
}
