using Bloomery.Numerics.Quantization;

namespace Bloomery.Conversion;

/// <summary>A tensor of the file to be written, before its type is decided: rows of floats, read on any thread.</summary>
internal abstract class RowSource(string name, long[] shape, BlockFormat format)
{
    /// <summary>The tensor's name in the new file.</summary>
    public string Name { get; } = name;

    /// <summary>Sizes in the new file, outermost first.</summary>
    public long[] Shape { get; } = shape;

    /// <summary>The type in the old file.</summary>
    public BlockFormat Format { get; } = format;

    /// <summary>Weights in a row.</summary>
    public int Columns { get; } = checked((int)(shape.Length == 0 ? 1 : shape[^1]));

    /// <summary>Weights in all.</summary>
    public long Count { get; } = shape.Aggregate(1L, (product, size) => checked(product * size));

    /// <summary>Rows.</summary>
    public long Rows => Columns == 0 ? 0 : Count / Columns;

    /// <summary>Expands one row.</summary>
    public abstract void Read(long row, Span<float> values);

    /// <summary>A view of bytes of the tensor as they are stored, where the old file stores it exactly so; empty where it does not.</summary>
    public virtual ReadOnlySpan<byte> Raw(long offset, int length) => [];
}
