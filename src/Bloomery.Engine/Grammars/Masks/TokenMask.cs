using System.Numerics;

namespace Bloomery.Engine.Grammars.Masks;

/// <summary>A set of token ids, one bit each.</summary>
internal sealed class TokenMask(int size)
{
    private readonly ulong[] _words = new ulong[(size + 63) / 64];

    public int Size => size;

    public bool this[int id] => (uint)id < (uint)size && (_words[id >> 6] >> id & 1) != 0;

    public int Count
    {
        get
        {
            int count = 0;
            foreach (ulong word in _words) count += BitOperations.PopCount(word);
            return count;
        }
    }

    public bool IsEmpty => !_words.AsSpan().ContainsAnyExcept(0UL);

    public void Clear() => Array.Clear(_words);

    public void Add(int id) => _words[id >> 6] |= 1UL << id;

    public void Add(TokenMask other)
    {
        Span<ulong> words = _words;
        ReadOnlySpan<ulong> others = other._words.AsSpan(0, words.Length);
        int i = 0;
        for (; i + Vector<ulong>.Count <= words.Length; i += Vector<ulong>.Count)
            (new Vector<ulong>(words[i..]) | new Vector<ulong>(others[i..])).CopyTo(words[i..]);
        for (; i < words.Length; i++) words[i] |= others[i];
    }

    public bool SameAs(TokenMask other) => _words.AsSpan().SequenceEqual(other._words);
}
