namespace Bloomery.Formats.Tokenizers.Models;

/// <summary>BPE's merges by pair of token ids: rank and result. An open-addressed table, because the lookup is the inner loop.</summary>
internal sealed class MergeTable
{
    /// <summary>What <see cref="Find"/> returns for a pair that does not merge; larger than any entry.</summary>
    public const ulong None = ulong.MaxValue;

    private readonly Vocabulary _vocabulary;
    private readonly int _prefixLength;
    private ulong[] _keys;
    private ulong[] _values;
    private int _count, _shift;
    private uint _rank;

    /// <summary>Makes an empty table.</summary>
    /// <param name="vocabulary">Gives the ids of the parts and of their concatenation.</param>
    /// <param name="expected">About how many merges will be added.</param>
    /// <param name="continuingPrefix">What all parts of a word but the first begin with; left out of a concatenation.</param>
    public MergeTable(Vocabulary vocabulary, int expected, string continuingPrefix = "")
    {
        (_vocabulary, _prefixLength) = (vocabulary, continuingPrefix.Length);
        int bits = 4;
        while (bits < 30 && (1L << bits) < expected * 2L) bits++;
        _shift = 64 - bits;
        _keys = NewKeys(1 << bits);
        _values = new ulong[1 << bits];
    }

    /// <summary>The number of merges.</summary>
    public int Count => _count;

    /// <summary>The tokens that merges make.</summary>
    public IEnumerable<int> Results
    {
        get
        {
            for (int i = 0; i < _keys.Length; i++)
                if (_keys[i] != None) yield return (int)(uint)_values[i];
        }
    }

    /// <summary>The left parts of the merges.</summary>
    public IEnumerable<int> Lefts
    {
        get
        {
            foreach (ulong key in _keys)
                if (key != None) yield return (int)(key >> 32);
        }
    }

    /// <summary>Adds the next merge, of the next rank.</summary>
    /// <returns>Whether both parts and their concatenation are in the vocabulary; if not, nothing is added.</returns>
    public bool TryAdd(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        if (right.Length < _prefixLength) return false;
        Span<char> whole = left.Length + right.Length <= 256 ? stackalloc char[256] : new char[left.Length + right.Length];
        left.CopyTo(whole);
        right[_prefixLength..].CopyTo(whole[left.Length..]);
        int l = _vocabulary.IdOf(left), r = _vocabulary.IdOf(right);
        int result = _vocabulary.IdOf(whole[..(left.Length + right.Length - _prefixLength)]);
        if (l < 0 || r < 0 || result < 0) return false;
        Set(l, r, result);
        return true;
    }

    /// <summary>Adds the next merge by ids, of the next rank; of equal pairs the last counts.</summary>
    public void Set(int left, int right, int result)
    {
        if (_count * 2 >= _keys.Length) Grow();
        Put(Key(left, right), ((ulong)_rank++ << 32) | (uint)result);
    }

    /// <summary>Rank in the high and result in the low 32 bits, or <see cref="None"/>.</summary>
    public ulong Find(int left, int right)
    {
        ulong key = Key(left, right);
        ulong[] keys = _keys;
        for (int i = Slot(key); ; i = (i + 1) & (keys.Length - 1))
        {
            ulong found = keys[i];
            if (found == key) return _values[i];
            if (found == None) return None;
        }
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private int Slot(ulong key) => (int)((key * 0x9E3779B97F4A7C15) >> _shift);

    private void Put(ulong key, ulong value)
    {
        int i = Slot(key);
        while (_keys[i] != None && _keys[i] != key) i = (i + 1) & (_keys.Length - 1);
        if (_keys[i] == None) _count++;
        (_keys[i], _values[i]) = (key, value);
    }

    private void Grow()
    {
        (ulong[] keys, ulong[] values) = (_keys, _values);
        _keys = NewKeys(keys.Length * 2);
        _values = new ulong[keys.Length * 2];
        (_shift, _count) = (_shift - 1, 0);
        for (int i = 0; i < keys.Length; i++)
            if (keys[i] != None) Put(keys[i], values[i]);
    }

    private static ulong[] NewKeys(int size)
    {
        var keys = new ulong[size];
        Array.Fill(keys, None);
        return keys;
    }
}
