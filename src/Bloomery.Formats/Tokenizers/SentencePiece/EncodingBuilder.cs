namespace Bloomery.Formats.Tokenizers.SentencePiece;

/// <summary>Collects the tokens of an encoding, or their ids alone.</summary>
internal sealed class EncodingBuilder(List<int> ids, bool idsOnly, bool offsets)
{
    private readonly List<string> _tokens = [];
    private readonly List<(int Begin, int End)> _offsets = [];
    private readonly List<int> _typeIds = [];

    /// <summary>Whether only ids are collected, so that there is no need for a token's text.</summary>
    public bool IdsOnly => idsOnly;

    /// <summary>Whether <c>begin</c> and <c>end</c> are looked at.</summary>
    public bool WithOffsets => offsets && !idsOnly;

    /// <summary>The segment of what is added from now on.</summary>
    public int TypeId { get; set; }

    /// <summary>Appends a token.</summary>
    public void Add(int id, string text, int begin, int end)
    {
        ids.Add(id);
        if (idsOnly) return;
        _tokens.Add(text);
        _typeIds.Add(TypeId);
        if (offsets) _offsets.Add((begin, end));
    }

    /// <summary>What was collected.</summary>
    public Encoding ToEncoding() => new()
    {
        Ids = ids.ToArray(),
        Tokens = _tokens.ToArray(),
        Offsets = _offsets.ToArray(),
        TypeIds = _typeIds.ToArray(),
    };
}
