using System.Numerics;

namespace Bloomery.Formats.Tokenizers.SentencePiece;

/// <summary>
/// A trie over byte strings, its edges in one open-addressing table: following an edge costs one probe or two whatever the
/// alphabet, and a lookup costs the length of its key whatever the vocabulary. Filled once, then read by any number of threads.
/// </summary>
internal sealed class ByteTrie
{
    /// <summary>The node of the empty key.</summary>
    public const int Root = 0;

    /// <summary>No node, and no value.</summary>
    public const int None = -1;

    private const int MaxNodes = 1 << 24;       // a node and a byte share 32 bits of an edge

    private ulong[] _edges = new ulong[256];    // (node << 8 | byte) << 32 | target; the target is never Root, so 0 is free
    private int[] _values = [None];
    private int _count = 1;

    /// <summary>Whether there is a key at all.</summary>
    public bool Any => _count > 1;

    /// <summary>Gives <paramref name="key"/> a value; false (and nothing changes) if it has one already.</summary>
    /// <exception cref="InvalidOperationException">More than 2^24 nodes.</exception>
    public bool TryAdd(ReadOnlySpan<byte> key, int value)
    {
        int node = Root;
        foreach (byte b in key)
        {
            int next = Next(node, b);
            node = next != None ? next : AddEdge(node, b);
        }

        if (_values[node] != None) return false;
        _values[node] = value;
        return true;
    }

    /// <summary>The node that <paramref name="label"/> leads to from <paramref name="node"/>, or <see cref="None"/>.</summary>
    public int Next(int node, byte label)
    {
        ulong[] edges = _edges;
        uint key = ((uint)node << 8) | label;
        for (uint slot = Hash(key, edges.Length); ; slot = (slot + 1) & ((uint)edges.Length - 1))
        {
            ulong edge = edges[slot];
            if (edge == 0) return None;
            if ((uint)(edge >> 32) == key) return (int)(uint)edge;
        }
    }

    /// <summary>The node that <paramref name="labels"/> lead to, or <see cref="None"/>.</summary>
    public int Walk(int node, ReadOnlySpan<byte> labels)
    {
        foreach (byte b in labels)
        {
            node = Next(node, b);
            if (node == None) break;
        }

        return node;
    }

    /// <summary>The value of the key that ends at <paramref name="node"/>, or <see cref="None"/>.</summary>
    public int Value(int node) => _values[node];

    /// <summary>The value of a whole key, or <see cref="None"/>.</summary>
    public int Find(ReadOnlySpan<byte> key)
    {
        int node = Walk(Root, key);
        return node == None ? None : _values[node];
    }

    /// <summary>The length of the longest key that <paramref name="text"/> starts with, and its value; 0 if there is none.</summary>
    public int LongestPrefix(ReadOnlySpan<byte> text, out int value)
    {
        int length = 0, node = Root;
        value = None;
        for (int i = 0; i < text.Length; i++)
        {
            node = Next(node, text[i]);
            if (node == None) break;
            if (_values[node] != None) (length, value) = (i + 1, _values[node]);
        }

        return length;
    }

    private int AddEdge(int node, byte label)
    {
        if (_count == MaxNodes) throw new InvalidOperationException($"more than {MaxNodes} nodes");
        if (_count == _values.Length) Array.Resize(ref _values, 2 * _count);
        _values[_count] = None;
        if (2 * _count > _edges.Length) Grow();
        Place(_edges, ((((ulong)node << 8) | label) << 32) | (uint)_count);
        return _count++;
    }

    private void Grow()
    {
        var larger = new ulong[2 * _edges.Length];
        foreach (ulong edge in _edges)
        {
            if (edge != 0) Place(larger, edge);
        }

        _edges = larger;
    }

    private static void Place(ulong[] edges, ulong edge)
    {
        uint slot = Hash((uint)(edge >> 32), edges.Length);
        while (edges[slot] != 0) slot = (slot + 1) & ((uint)edges.Length - 1);
        edges[slot] = edge;
    }

    private static uint Hash(uint key, int size) => (key * 2654435769u) >> (32 - BitOperations.Log2((uint)size));
}
