using Bloomery.Numerics.Quantization;

namespace Bloomery.Conversion;

/// <summary>A matrix whose rows come from one weight or several, in any order.</summary>
internal sealed class GatheredRows : RowSource
{
    private readonly CanonicalWeight[] _weights;
    private readonly (byte Weight, int Row)[] _rows; // for each row of the tensor

    /// <summary>Notes where the rows come from.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="format">The type in the old file.</param>
    /// <param name="pieces">Of each weight, the rows that belong here, and which rows of the tensor they become (null: the same, from 0).</param>
    public GatheredRows(string name, long[] shape, BlockFormat format,
        (CanonicalWeight Weight, int First, int Count, Bloomery.Models.Weights.RowSelection? Rows)[] pieces) : base(name, shape, format)
    {
        _weights = [.. pieces.Select(p => p.Weight)];
        _rows = new (byte, int)[checked((int)Rows)];
        for (int p = 0; p < pieces.Length; p++)
            for (int i = 0; i < pieces[p].Count; i++) _rows[pieces[p].Rows is { } rows ? rows[i] : i] = (checked((byte)p), pieces[p].First + i);
    }

    /// <inheritdoc/>
    public override void Read(long row, Span<float> values)
    {
        (byte weight, int from) = _rows[row];
        _weights[weight].Read(from, values);
    }
}
