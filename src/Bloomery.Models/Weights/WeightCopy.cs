using System.Runtime.InteropServices;
using Bloomery.Formats;
using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Memory;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Models.Weights;

/// <summary>Copies rows of stored tensors into a weight's memory: as they are, in another order, transposed, or widened to floats.</summary>
internal static class WeightCopy
{
    /// <summary>Copies what <paramref name="part"/> takes of <paramref name="tensor"/> to byte <paramref name="at"/>; returns the bytes written.</summary>
    public static unsafe long Rows(TensorFile file, TensorInfo tensor, WeightPart part, BlockFormat format, int columns, NativeBuffer target, long at)
    {
        if (part.Transposed) return Transposed(file, tensor, part, columns, format, target, at);
        long rowBytes = format.RowBytes(columns), storedRowBytes = tensor.Format.RowBytes(columns);
        long count = part.Rows?.Length ?? tensor.ElementCount / columns;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(at + count * rowBytes, target.ByteLength);
        if (part.Rows is null && tensor.Format == format)
        {
            file.CopyTo(tensor, 0, target.Pointer + at, count * rowBytes);
            return count * rowBytes;
        }
        for (long i = 0; i < count; i++)
        {
            long row = part.Rows is { } rows ? rows[i] : i;
            ReadOnlySpan<byte> stored = file.Bytes(tensor, row * storedRowBytes, checked((int)storedRowBytes));
            Span<byte> destination = target.Span<byte>(at + i * rowBytes, checked((int)rowBytes));
            if (tensor.Format == format) stored.CopyTo(destination);
            else tensor.Format.Dequantize(stored, MemoryMarshal.Cast<byte, float>(destination));
        }
        return count * rowBytes;
    }

    private static long Transposed(TensorFile file, TensorInfo tensor, WeightPart part, int columns, BlockFormat format, NativeBuffer target, long at)
    {
        int first = part.FirstInput ?? 0, storedColumns = checked((int)tensor.Shape[^1]);
        int count = checked((int)(part.Rows?.Length ?? storedColumns)), elementBytes = format.BlockBytes;
        bool widen = tensor.Format != format;
        float[] line = widen ? new float[storedColumns] : [];
        for (int c = 0; c < columns; c++)
        {
            ReadOnlySpan<byte> stored =
                file.Bytes(tensor, (first + c) * tensor.Format.RowBytes(storedColumns), checked((int)tensor.Format.RowBytes(storedColumns)));
            if (widen)
            {
                tensor.Format.Dequantize(stored, line);
                stored = MemoryMarshal.AsBytes(line.AsSpan());
            }
            for (int i = 0; i < count; i++)
            {
                int row = part.Rows is { } rows ? (int)rows[i] : i;
                stored.Slice(row * elementBytes, elementBytes).CopyTo(target.Span<byte>(at + ((long)i * columns + c) * elementBytes, elementBytes));
            }
        }
        return (long)count * columns * elementBytes;
    }
}
