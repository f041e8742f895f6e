namespace Bloomery.Formats.Tokenizers;

/// <summary>The pieces of one text: ranges that the pre-tokenisers refine, over a text that they may rewrite.</summary>
internal sealed class PieceList
{
    private List<TextRange> _ranges = [];
    private List<TextRange> _next = [];
    private CancellationToken _cancellation;

    /// <summary>The text that the ranges refer to.</summary>
    public AlignedText Text { get; private set; } = new();

    /// <summary>The pieces in order, none empty.</summary>
    public IReadOnlyList<TextRange> Ranges => _ranges;

    /// <summary>Whether the pieces stand for their UTF-8 bytes in the byte-level alphabet, which is not spelled out yet.</summary>
    public bool AsBytes { get; private set; }

    /// <summary>Starts anew with one piece: the whole of <paramref name="text"/>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="cancellation">Looked at with each piece that is added.</param>
    public void Reset(AlignedText text, CancellationToken cancellation = default)
    {
        (Text, AsBytes, _cancellation) = (text, false, cancellation);
        _next.Clear();
        _ranges.Clear();
        if (text.Length > 0) _ranges.Add(new TextRange(0, text.Length));
    }

    /// <summary>Replaces the pieces by those that were added with <see cref="Add"/>.</summary>
    public void Advance()
    {
        (_ranges, _next) = (_next, _ranges);
        _next.Clear();
    }

    /// <summary>Adds a piece of the next generation; empty ones are dropped.</summary>
    public void Add(int begin, int end)
    {
        _cancellation.ThrowIfCancellationRequested();
        if (begin < end) _next.Add(new TextRange(begin, end));
    }

    /// <summary>
    /// Puts a character in front of the pieces for which <paramref name="wanted"/> says so; it takes the span of the piece's first character.
    /// </summary>
    /// <param name="character">The character.</param>
    /// <param name="wanted">Decides by where in the input the piece's first character begins, and by the piece.</param>
    public void Prepend(char character, PieceCondition wanted)
    {
        bool any = false;
        foreach (TextRange range in _ranges)
            any |= wanted(Text.SourceBegin(range.Begin), Text.Text[range.Begin..range.End]);
        if (!any) return;
        Text.Edit();
        foreach (TextRange range in _ranges)
        {
            int begin = Text.NewLength;
            if (wanted(Text.SourceBegin(range.Begin), Text.Text[range.Begin..range.End])) Text.PutWithSpanOf(character, range.Begin);
            Text.SkipTo(range.Begin);
            Text.Keep(range.End - range.Begin);
            Add(begin, Text.NewLength);
        }
        Text.Commit();
        Advance();
    }

    /// <summary>Marks the pieces as standing for their bytes.</summary>
    public void MarkBytes()
    {
        SpellBytes();
        AsBytes = true;
    }

    /// <summary>Spells the pieces out in the byte-level alphabet if they only stand for their bytes.</summary>
    public void SpellBytes()
    {
        if (!AsBytes) return;
        AsBytes = false;
        Text.Edit();
        Span<byte> utf8 = stackalloc byte[4];
        foreach (TextRange range in _ranges)
        {
            int begin = Text.NewLength;
            ReadOnlySpan<char> text = Text.Text;
            for (int i = range.Begin; i < range.End;)
            {
                System.Text.Rune.DecodeFromUtf16(text[i..], out System.Text.Rune rune, out int units);
                int bytes = rune.EncodeToUtf8(utf8);
                for (int b = 0; b < bytes; b++) Text.PutWithSpanOf(ByteAlphabet.CharOf(utf8[b]), i);
                i += units;
            }
            Add(begin, Text.NewLength);
        }
        Text.Commit();
        Advance();
    }
}
