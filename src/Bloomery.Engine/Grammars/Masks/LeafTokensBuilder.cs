namespace Bloomery.Engine.Grammars.Masks;

/// <summary>Gathers <see cref="LeafTokens"/>; what they become many of, it keeps as bits.</summary>
internal sealed class LeafTokensBuilder(TokenTrie trie)
{
    private const int Few = 1000;
    private readonly List<int> _inside = [], _exits = [];
    private TokenMask? _many;

    public void AddExit(int node) => _exits.Add(node);

    /// <summary>Adds a token and those with the same bytes; -1 is none.</summary>
    public void Add(int token)
    {
        for (; token >= 0; token = trie.SameText(token))
        {
            if (_many is not null)
            {
                _many.Add(token);
                continue;
            }
            _inside.Add(token);
            if (_inside.Count >= Few) Spill();
        }
    }

    public void Add(LeafTokens part)
    {
        _exits.AddRange(part.Exits);
        if (part.Many is not null)
        {
            Spill();
            _many!.Add(part.Many);
        }
        // Its lists hold the tokens of equal bytes already.
        foreach (int token in part.Inside)
        {
            if (_many is not null) _many.Add(token);
            else _inside.Add(token);
        }
        if (_inside.Count >= Few) Spill();
    }

    public LeafTokens Build() => new([.. _inside], _many, [.. _exits]);

    private void Spill()
    {
        _many ??= new TokenMask(trie.VocabularySize);
        foreach (int token in _inside) _many.Add(token);
        _inside.Clear();
    }
}
