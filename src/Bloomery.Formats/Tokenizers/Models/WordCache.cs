using System.Runtime.InteropServices;

namespace Bloomery.Formats.Tokenizers.Models;

/// <summary>A bounded cache of words: one slot per hash, the younger word wins. Entries are immutable, so threads share it without locks.</summary>
internal sealed class WordCache
{
    /// <summary>Longer words are not kept.</summary>
    public const int MaxLength = 48;

    private const int Slots = 1 << 15;
    private Entry?[]? _slots;

    /// <summary>Finds a word's tokens.</summary>
    public bool TryGet(ReadOnlySpan<char> word, uint hash, out Entry entry)
    {
        entry = _slots is { } slots ? Volatile.Read(ref slots[hash & (Slots - 1)])! : null!;
        return entry is not null && entry.Hash == hash && word.SequenceEqual(entry.Word);
    }

    /// <summary>Keeps a word's tokens.</summary>
    public void Add(ReadOnlySpan<char> word, uint hash, ReadOnlySpan<int> ids, ReadOnlySpan<int> lengths)
    {
        // Threads that race here lose a few entries, nothing else.
        Entry?[] slots = _slots ??= new Entry?[Slots];
        Volatile.Write(ref slots[hash & (Slots - 1)], new Entry(word.ToArray(), hash, ids.ToArray(), lengths.ToArray()));
    }

    /// <summary>A hash of a word's characters.</summary>
    public static uint Hash(ReadOnlySpan<char> word)
    {
        ulong hash = (ulong)word.Length * 0x9E3779B97F4A7C15;
        ReadOnlySpan<ulong> fours = MemoryMarshal.Cast<char, ulong>(word);
        foreach (ulong four in fours) hash = Mix(hash ^ four);
        ulong rest = 0;
        foreach (char c in word[(fours.Length * 4)..]) rest = (rest << 16) | c;
        return (uint)(Mix(hash ^ rest) >> 32);
    }

    private static ulong Mix(ulong value)
    {
        value *= 0xFF51AFD7ED558CCD;
        return value ^ (value >> 29);
    }

    /// <summary>A word, its tokens and their lengths, in whatever unit the model counts.</summary>
    internal sealed record Entry(char[] Word, uint Hash, int[] Ids, int[] Lengths);
}
