using System.Diagnostics;
using Bloomery.Models.Planning;
using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Memory;

namespace Bloomery.Models.KvCache;

/// <summary>A <see cref="KvStore"/> that grows by pages of its own: every (layer, head) keeps every token.</summary>
internal sealed class PagedKvStore : KvStore
{
    /// <summary>Slots of a page: long enough that walking pages costs nothing, short enough that little is allocated ahead.</summary>
    public const int SlotsPerPage = 128;

    private readonly long[] _keyOffset, _valueOffset; // by layer, in bytes from the page's start; heads follow one another
    private readonly int[] _keyRow, _valueRow;        // by layer, bytes of a row
    private readonly long _pageBytes;
    private readonly List<NativeBuffer> _pages = [];
    private readonly Func<string, long, NativeBuffer> _allocate;
    private int[] _positions = [];
    private int _length, _pending;

    /// <summary>Makes an empty store.</summary>
    /// <param name="shape">What each layer holds.</param>
    /// <param name="keyType">How keys are stored.</param>
    /// <param name="valueType">How values are stored.</param>
    /// <param name="capacity">Tokens to make room for at once, so that no step allocates; it grows beyond.</param>
    /// <param name="allocate">Where memory comes from, by owner and bytes; null: the system.</param>
    public PagedKvStore(KvShape shape, KvType keyType, KvType valueType, int capacity = 0, Func<string, long, NativeBuffer>? allocate = null)
    {
        _allocate = allocate ?? ((owner, bytes) => new NativeBuffer(owner, bytes));
        (Shape, KeyType, ValueType) = (shape, keyType, valueType);
        int layers = shape.Layers.Count;
        (_keyOffset, _valueOffset, _keyRow, _valueRow) = (new long[layers], new long[layers], new int[layers], new int[layers]);
        for (int l = 0; l < layers; l++)
        {
            KvLayerShape layer = shape.Layers[l];
            (_keyRow[l], _valueRow[l]) = (KvLayout.RowBytes(keyType, layer.KeyDim), KvLayout.RowBytes(valueType, layer.ValueDim));
            _keyOffset[l] = _pageBytes;
            _pageBytes = checked(_pageBytes + (long)_keyRow[l] * layer.Heads * SlotsPerPage);
            _valueOffset[l] = _pageBytes;
            _pageBytes = checked(_pageBytes + (long)_valueRow[l] * layer.Heads * SlotsPerPage);
        }
        try
        {
            Reserve(capacity);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override KvShape Shape { get; }

    /// <inheritdoc/>
    public override KvType KeyType { get; }

    /// <inheritdoc/>
    public override KvType ValueType { get; }

    /// <inheritdoc/>
    public override int Length => _length;

    /// <inheritdoc/>
    public override int PageSlots => SlotsPerPage;

    /// <summary>Bytes of native memory held.</summary>
    public long ByteLength => _pageBytes * _pages.Count;

    /// <inheritdoc/>
    public override void Begin(ReadOnlySpan<int> positions)
    {
        Debug.Assert(_pending == 0, "the step before was neither committed nor rolled back");
        Reserve(checked(_length + positions.Length));
        positions.CopyTo(_positions.AsSpan(_length));
        _pending = positions.Length;
    }

    /// <inheritdoc/>
    public override void Commit() => (_length, _pending) = (_length + _pending, 0);

    /// <inheritdoc/>
    public override void Rollback() => _pending = 0;

    /// <inheritdoc/>
    public override void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        (_length, _pending) = (Math.Min(_length, length), 0);
    }

    /// <inheritdoc/>
    public override void CopyFrom(KvStore other)
    {
        if (other is not PagedKvStore source || source._pageBytes != _pageBytes || source.Shape != Shape)
            throw new ArgumentException("stores of different shapes cannot be copied", nameof(other));
        if (ReferenceEquals(source, this)) return;
        Reserve(source._length);
        source._positions.AsSpan(0, source._length).CopyTo(_positions);
        int pages = (source._length + SlotsPerPage - 1) / SlotsPerPage;
        for (int p = 0; p < pages; p++)
            for (long at = 0; at < _pageBytes; at += int.MaxValue)
            {
                int count = (int)Math.Min(int.MaxValue, _pageBytes - at);
                source._pages[p].Span<byte>(at, count).CopyTo(_pages[p].Span<byte>(at, count));
            }
        (_length, _pending) = (source._length, 0);
    }

    /// <inheritdoc/>
    public override Span<byte> KeySlot(int layer, int head, int index)
    {
        Debug.Assert((uint)index < (uint)_pending, "the step has no such token");
        int slot = _length + index;
        return _pages[slot / SlotsPerPage].Span<byte>(_keyOffset[layer] + (long)(head * SlotsPerPage + slot % SlotsPerPage) * _keyRow[layer], _keyRow[layer]);
    }

    /// <inheritdoc/>
    public override Span<byte> ValueSlot(int layer, int head, int index)
    {
        Debug.Assert((uint)index < (uint)_pending, "the step has no such token");
        int slot = _length + index;
        return _pages[slot / SlotsPerPage].Span<byte>(_valueOffset[layer] + (long)(head * SlotsPerPage + slot % SlotsPerPage) * _valueRow[layer],
            _valueRow[layer]);
    }

    /// <inheritdoc/>
    public override int PageCount(int layer, int head) => (_length + _pending + SlotsPerPage - 1) / SlotsPerPage;

    /// <inheritdoc/>
    public override KvPage Page(int layer, int head, int page)
    {
        Debug.Assert((uint)page < (uint)PageCount(layer, head), "there is no such page");
        int begin = page * SlotsPerPage, count = Math.Min(SlotsPerPage, _length + _pending - begin);
        NativeBuffer memory = _pages[page];
        return new KvPage
        {
            Keys = memory.Span<byte>(_keyOffset[layer] + (long)head * SlotsPerPage * _keyRow[layer], count * _keyRow[layer]),
            Values = memory.Span<byte>(_valueOffset[layer] + (long)head * SlotsPerPage * _valueRow[layer], count * _valueRow[layer]),
            Positions = _positions.AsSpan(begin, count),
            KeyType = KeyType,
            ValueType = ValueType,
        };
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (NativeBuffer page in _pages) page.Dispose();
        _pages.Clear();
    }

    private void Reserve(int tokens)
    {
        if (tokens > _positions.Length) Array.Resize(ref _positions, checked((int)Math.Max(tokens, Math.Min(_positions.Length * 2L, Array.MaxLength))));
        while (_pages.Count * (long)SlotsPerPage < tokens) _pages.Add(_allocate("kv", _pageBytes));
    }
}
