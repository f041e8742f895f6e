using Bloomery.Formats;

namespace Bloomery.Conversion;

/// <summary>A tensor that keeps its name and its order.</summary>
internal sealed class StoredRows(TensorFile file, TensorInfo tensor) : RowSource(tensor.Name, tensor.Shape, tensor.Format)
{
    /// <inheritdoc/>
    public override void Read(long row, Span<float> values) => file.Dequantize(tensor, row, values);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Raw(long offset, int length) => file.Bytes(tensor, offset, length);
}
