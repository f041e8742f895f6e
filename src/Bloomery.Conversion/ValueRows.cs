using Bloomery.Numerics.Quantization;

namespace Bloomery.Conversion;

/// <summary>A tensor whose values are made when they are first asked for: vectors, and matrices that have to be turned.</summary>
internal sealed class ValueRows(string name, long[] shape, BlockFormat format, Func<float[]> make) : RowSource(name, shape, format)
{
    private readonly Lock _gate = new();
    private WeakReference<float[]>? _values;

    /// <inheritdoc/>
    public override void Read(long row, Span<float> values) => Values().AsSpan(checked((int)(row * Columns)), Columns).CopyTo(values);

    // Weakly held: the tensor is written once, and its neighbour needs the memory next.
    private float[] Values()
    {
        lock (_gate)
        {
            if (_values is not null && _values.TryGetTarget(out float[]? values)) return values;
            values = make();
            _values = new WeakReference<float[]>(values);
            return values;
        }
    }
}
