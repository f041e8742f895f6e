namespace Bloomery.Engine.Grammars.Json;

/// <summary>An immutable set of the names that a schema mentions.</summary>
internal sealed class KeyBits : IEquatable<KeyBits>
{
    private readonly ulong[] _words;

    private KeyBits(ulong[] words) => _words = words;

    public static KeyBits None { get; } = new([]);

    public bool Contains(int index) => index >> 6 < _words.Length && (_words[index >> 6] >> index & 1) != 0;

    public KeyBits With(int index)
    {
        var words = new ulong[Math.Max(_words.Length, (index >> 6) + 1)];
        _words.CopyTo(words, 0);
        words[index >> 6] |= 1UL << index;
        return new KeyBits(words);
    }

    public bool Equals(KeyBits? other) => other is not null && _words.AsSpan().SequenceEqual(other._words);

    public override bool Equals(object? obj) => Equals(obj as KeyBits);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (ulong word in _words) hash.Add(word);
        return hash.ToHashCode();
    }
}
