namespace Bloomery.Numerics.Kernels;

/// <summary>
/// Some cached keys and values of one (layer, kv head): a borrowed view. A slot's place says nothing about its position: read <see cref="Positions"/>.
/// </summary>
internal readonly ref struct KvPage
{
    /// <summary>(slots, keyDim) in <see cref="KeyType"/>, rows of <see cref="KvLayout.RowBytes"/>.</summary>
    public required ReadOnlySpan<byte> Keys { get; init; }

    /// <summary>(slots, valueDim) in <see cref="ValueType"/>, rows of <see cref="KvLayout.RowBytes"/>.</summary>
    public required ReadOnlySpan<byte> Values { get; init; }

    /// <summary>(slots) the position of each key; its length is the number of used slots.</summary>
    public required ReadOnlySpan<int> Positions { get; init; }

    /// <summary>How keys are stored.</summary>
    public required KvType KeyType { get; init; }

    /// <summary>How values are stored.</summary>
    public required KvType ValueType { get; init; }
}
