using Bloomery.Formats.Gguf;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Formats.Conversion;

/// <summary>Writes tensors of a file in other types, some rows at a time on several threads.</summary>
/// <param name="file">Where the tensors are.</param>
/// <param name="importance">What matters in them, or null.</param>
/// <param name="threads">Threads to quantise with.</param>
/// <param name="cancellation">Stops.</param>
public sealed class TensorConversion(TensorFile file, ImportanceMatrix? importance, int threads, CancellationToken cancellation)
{
    private const long StepWeights = 1 << 20;

    /// <summary>Weights written so far.</summary>
    public long Done { get; private set; }

    /// <summary>Told the weights written so far.</summary>
    public Action<long>? Progress { get; init; }

    /// <summary>Writes one tensor in <paramref name="format"/>; bytes that need no change are copied.</summary>
    public void Write(TensorInfo tensor, BlockFormat format, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentNullException.ThrowIfNull(format);
        if (tensor.ElementCount == 0) return;
        long rows = tensor.ElementCount / tensor.RowLength, step = Math.Max(1, StepWeights / tensor.RowLength);
        int rowLength = checked((int)tensor.RowLength), sourceBytes = checked((int)tensor.Format.RowBytes(rowLength)), rowBytes = checked((int)format.RowBytes(rowLength));
        float[] values = new float[checked((int)Math.Min(rows, step) * rowLength)];
        byte[] blocks = new byte[checked((int)Math.Min(rows, step) * rowBytes)];
        for (long first = 0; first < rows; first += step)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = (int)Math.Min(step, rows - first);
            if (format == tensor.Format) stream.Write(file.Bytes(tensor, first * sourceBytes, count * sourceBytes));
            else
            {
                long begin = first;
                Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
                {
                    Span<float> row = values.AsSpan(i * rowLength, rowLength);
                    file.Dequantize(tensor, begin + i, row);
                    ReadOnlySpan<float> weight = Importance(tensor, begin + i);
                    format.Quantize(row, weight, blocks.AsSpan(i * rowBytes, rowBytes));
                });
                stream.Write(blocks, 0, count * rowBytes);
            }
            Progress?.Invoke(Done += (long)count * rowLength);
        }
    }

    /// <summary>The importance of a row's columns; empty where nothing is known.</summary>
    private ReadOnlySpan<float> Importance(TensorInfo tensor, long row)
    {
        if (importance is null) return [];
        long matrices = tensor.Shape.Length > 2 ? tensor.Shape[0] : 1, rowsPerMatrix = tensor.ElementCount / tensor.RowLength / matrices;
        return importance.TryGet(tensor.Name, (int)(row / rowsPerMatrix), tensor.RowLength, out ReadOnlySpan<float> columns) ? columns : [];
    }
}
