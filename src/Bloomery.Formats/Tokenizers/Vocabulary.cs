namespace Bloomery.Formats.Tokenizers;

/// <summary>Tokens by id and ids by token. Ids may have gaps.</summary>
internal sealed class Vocabulary
{
    private readonly string?[] _tokens;
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _bySpan;

    /// <summary>Takes tokens by id; null marks a gap. Of equal tokens the last id counts.</summary>
    public Vocabulary(string?[] tokens)
    {
        _tokens = tokens;
        _ids = new Dictionary<string, int>(tokens.Length, StringComparer.Ordinal);
        for (int id = 0; id < tokens.Length; id++)
            if (tokens[id] is { } token) _ids[token] = id;
        _bySpan = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>One more than the highest id.</summary>
    public int Size => _tokens.Length;

    /// <summary>The number of different tokens.</summary>
    public int Count => _ids.Count;

    /// <summary>The spelling of a token, or null where there is none of this id.</summary>
    public string? this[int id] => (uint)id < (uint)_tokens.Length ? _tokens[id] : null;

    /// <summary>The id of a token, or -1.</summary>
    public int IdOf(ReadOnlySpan<char> token) => _bySpan.TryGetValue(token, out int id) ? id : -1;
}
