using Bloomery.Numerics.Memory;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Numerics.Kernels;

/// <summary>
/// A weight matrix (rows = outputs, columns = inputs), stored row by row in blocks of one <see cref="BlockFormat"/>. A kernel tier may derive from it to hold
/// its own packed copy (<see cref="KernelSet.Prepare"/>).
/// </summary>
internal class Matrix
{
    /// <summary>Wraps <paramref name="data"/>, which holds exactly <paramref name="rows"/> rows.</summary>
    /// <exception cref="ArgumentException">The size does not fit, or <paramref name="columns"/> is no multiple of the block size.</exception>
    public Matrix(BlockFormat format, NativeView data, int rows, int columns)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        RowBytes = format.RowBytes(columns);
        if (checked(RowBytes * rows) != data.Length)
            throw new ArgumentException($"{rows} x {columns} weights of {format.Name} need {RowBytes * rows} bytes, not {data.Length}.");
        (Format, Data, Rows, Columns) = (format, data, rows, columns);
    }

    /// <summary>For a tier's own layout, which keeps the weights elsewhere: <see cref="Data"/> is empty.</summary>
    protected Matrix(BlockFormat format, int rows, int columns) => (Format, Rows, Columns, RowBytes) = (format, rows, columns, format.RowBytes(columns));

    /// <summary>How the weights are stored.</summary>
    public BlockFormat Format { get; }

    /// <summary>Outputs.</summary>
    public int Rows { get; }

    /// <summary>Inputs.</summary>
    public int Columns { get; }

    /// <summary>Bytes of one row.</summary>
    public long RowBytes { get; }

    /// <summary>Bytes of the whole.</summary>
    public long ByteLength => RowBytes * Rows;

    /// <summary>The bytes themselves; empty when a kernel tier has packed them its own way.</summary>
    public NativeView Data { get; }

    /// <summary>The blocks of <paramref name="count"/> rows from <paramref name="row"/> on.</summary>
    public virtual ReadOnlySpan<byte> RowBlocks(int row, int count = 1) => Data.Span(row * RowBytes, checked((int)(count * RowBytes)));

    /// <summary>Expands rows to floats.</summary>
    /// <param name="row">The first row.</param>
    /// <param name="count">How many.</param>
    /// <param name="values">(count, Columns).</param>
    public virtual void Dequantize(int row, int count, Span<float> values) => Format.Dequantize(RowBlocks(row, count), values);

    /// <summary>Rows <paramref name="begin"/> to <paramref name="begin"/> + <paramref name="count"/> as a matrix of their own, without a copy.</summary>
    public virtual Matrix SliceRows(int begin, int count) => new(Format, Data.Slice(begin * RowBytes, count * RowBytes), count, Columns);
}
