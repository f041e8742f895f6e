using System.Buffers;

namespace Bloomery.Formats.Tokenizers.Models;

/// <summary>
/// Merges the symbols of one word by lowest rank, leftmost on ties: by scanning while it is short, with a heap over a linked list when it
/// is long, so that a megabyte without a break takes n log n steps. One per thread.
/// </summary>
internal sealed class BpeMerger
{
    private const int ScanLimit = 24;
    private const int KeepLimit = 1 << 16;
    private int[] _ids = new int[64];
    private int[] _lengths = new int[64];
    private ulong[] _merges = new ulong[64];
    private int[] _next = [];
    private int[] _previous = [];
    private ulong[] _heap = [];
    private int _heapCount;

    /// <summary>The number of symbols.</summary>
    public int Count { get; private set; }

    /// <summary>The symbols' ids.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>The symbols' lengths in UTF-8 bytes.</summary>
    public ReadOnlySpan<int> Lengths => _lengths.AsSpan(0, Count);

    /// <summary>Starts a new word.</summary>
    public void Clear()
    {
        Count = 0;
        if (_ids.Length <= KeepLimit) return;
        (_ids, _lengths, _merges, _next, _previous, _heap) = (new int[64], new int[64], new ulong[64], [], [], []);
    }

    /// <summary>Appends a symbol.</summary>
    public void Add(int id, int length)
    {
        if (Count == _ids.Length)
        {
            Array.Resize(ref _ids, Count * 2);
            Array.Resize(ref _lengths, Count * 2);
        }
        (_ids[Count], _lengths[Count]) = (id, length);
        Count++;
    }

    /// <summary>Applies all merges.</summary>
    public void Merge(MergeTable table)
    {
        if (Count < 2) return;
        if (_merges.Length < Count) _merges = new ulong[_ids.Length];
        for (int i = 0; i < Count - 1; i++) _merges[i] = table.Find(_ids[i], _ids[i + 1]);
        _merges[Count - 1] = MergeTable.None;
        if (Count <= ScanLimit) MergeByScan(table);
        else MergeByHeap(table);
    }

    private void MergeByScan(MergeTable table)
    {
        int n = Count;
        while (n > 1)
        {
            int best = 0;
            for (int i = 1; i < n - 1; i++)
                if (_merges[i] >> 32 < _merges[best] >> 32) best = i;
            if (_merges[best] == MergeTable.None) break;
            _ids[best] = (int)(uint)_merges[best];
            _lengths[best] += _lengths[best + 1];
            n--;
            for (int i = best + 1; i < n; i++) (_ids[i], _lengths[i], _merges[i]) = (_ids[i + 1], _lengths[i + 1], _merges[i + 1]);
            _merges[n - 1] = MergeTable.None;
            if (best + 1 < n) _merges[best] = table.Find(_ids[best], _ids[best + 1]);
            if (best > 0) _merges[best - 1] = table.Find(_ids[best - 1], _ids[best]);
        }
        Count = n;
    }

    private void MergeByHeap(MergeTable table)
    {
        int n = Count;
        if (_next.Length < n) (_next, _previous) = (new int[_ids.Length], new int[_ids.Length]);
        for (int i = 0; i < n; i++) (_next[i], _previous[i]) = (i + 1, i - 1);
        _heapCount = 0;
        if (_heap.Length < n) _heap = new ulong[_ids.Length];
        for (int i = 0; i < n - 1; i++)
            if (_merges[i] != MergeTable.None) _heap[_heapCount++] = Entry(_merges[i], i);
        for (int i = _heapCount / 2 - 1; i >= 0; i--) SiftDown(i);

        while (_heapCount > 0)
        {
            ulong top = Pop();
            int at = (int)(uint)top;
            // An entry is stale when its left symbol is gone or pairs with another one by now.
            if (_lengths[at] == 0 || _merges[at] == MergeTable.None || _merges[at] >> 32 != top >> 32) continue;
            int right = _next[at];
            _ids[at] = (int)(uint)_merges[at];
            _lengths[at] += _lengths[right];
            _lengths[right] = 0;
            int after = _next[at] = _next[right];
            if (after < n) _previous[after] = at;
            Renew(table, at, after < n ? after : -1);
            if (_previous[at] >= 0) Renew(table, _previous[at], at);
        }

        int kept = 0;
        for (int i = 0; i < n; i = _next[i], kept++) (_ids[kept], _lengths[kept]) = (_ids[i], _lengths[i]);
        Count = kept;
    }

    private void Renew(MergeTable table, int left, int right)
    {
        ulong merge = right < 0 ? MergeTable.None : table.Find(_ids[left], _ids[right]);
        _merges[left] = merge;
        if (merge != MergeTable.None) Push(Entry(merge, left));
    }

    private static ulong Entry(ulong merge, int at) => (merge & 0xFFFFFFFF00000000) | (uint)at;

    private void Push(ulong entry)
    {
        if (_heapCount == _heap.Length) Array.Resize(ref _heap, Math.Max(64, _heap.Length * 2));
        int i = _heapCount++;
        for (int parent; i > 0 && entry < _heap[parent = (i - 1) / 2]; i = parent) _heap[i] = _heap[parent];
        _heap[i] = entry;
    }

    private ulong Pop()
    {
        ulong top = _heap[0];
        _heap[0] = _heap[--_heapCount];
        SiftDown(0);
        return top;
    }

    private void SiftDown(int i)
    {
        ulong entry = _heap[i];
        for (int child; (child = 2 * i + 1) < _heapCount; i = child)
        {
            if (child + 1 < _heapCount && _heap[child + 1] < _heap[child]) child++;
            if (_heap[child] >= entry) break;
            _heap[i] = _heap[child];
        }
        _heap[i] = entry;
    }
}
