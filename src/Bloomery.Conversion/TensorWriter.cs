using Bloomery.Formats;
using Bloomery.Numerics.Quantization;
using Bloomery.Numerics.Threading;

namespace Bloomery.Conversion;

/// <summary>Writes tensors in their new types, some rows at a time on all threads: memory does not grow with the model.</summary>
internal sealed class TensorWriter : IRangeJob, IDisposable
{
    private const int StepWeights = 1 << 22, CopyBytes = 1 << 24;
    private const float LargestHalf = 65504;

    private readonly string _file;
    private readonly ConversionOptions _options;
    private readonly WorkerTeam _team;
    private readonly float[][] _rows;
    private readonly long _total;
    private byte[] _blocks = [];
    private long _done, _first;
    private RowSource _source = null!;
    private BlockFormat _format = null!;
    private int _rowBytes;

    /// <summary>Starts the threads.</summary>
    /// <param name="file">The old file, for messages.</param>
    /// <param name="options">Threads, importance, progress.</param>
    /// <param name="total">Weights in all tensors.</param>
    public TensorWriter(string file, ConversionOptions options, long total)
    {
        (_file, _options, _total) = (file, options, total);
        _team = new WorkerTeam(options.Threads);
        _rows = new float[_team.Threads][];
        Array.Fill(_rows, []);
    }

    /// <summary>Writes one tensor.</summary>
    /// <exception cref="ModelFormatException">A value cannot be stored in the type.</exception>
    public void Write(RowSource source, BlockFormat format, Stream stream)
    {
        if (source.Count == 0) return;
        if (format == source.Format && !source.Raw(0, 1).IsEmpty) Copy(source, format.RowBytes(source.Columns) * source.Rows, stream);
        else Convert(source, format, stream);
    }

    /// <inheritdoc/>
    void IRangeJob.Run(int begin, int end, int worker)
    {
        int columns = _source.Columns;
        if (_rows[worker].Length < columns) _rows[worker] = new float[columns];
        Span<float> values = _rows[worker].AsSpan(0, columns);
        for (int i = begin; i < end; i++)
        {
            _source.Read(_first + i, values);
            Check(values, _first + i);
            _format.Quantize(values, Importance(_first + i), _blocks.AsSpan(i * _rowBytes, _rowBytes));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _team.Dispose();

    private void Copy(RowSource source, long length, Stream stream)
    {
        for (long at = 0; at < length;)
        {
            _options.Cancellation.ThrowIfCancellationRequested();
            int step = (int)Math.Min(CopyBytes, length - at);
            stream.Write(source.Raw(at, step));
            at += step;
            Report((double)source.Count * at / length);
        }
        _done += source.Count;
    }

    private void Convert(RowSource source, BlockFormat format, Stream stream)
    {
        (_source, _format, _rowBytes) = (source, format, checked((int)format.RowBytes(source.Columns)));
        int step = (int)Math.Clamp(StepWeights / source.Columns, 1, source.Rows);
        if (_blocks.Length < (long)step * _rowBytes) _blocks = new byte[checked(step * _rowBytes)];
        int chunk = Math.Max(1, step / (4 * _team.Threads));
        for (_first = 0; _first < source.Rows; _first += step)
        {
            _options.Cancellation.ThrowIfCancellationRequested();
            int count = (int)Math.Min(step, source.Rows - _first);
            _team.Run(this, count, chunk);
            stream.Write(_blocks, 0, count * _rowBytes);
            _done += (long)count * source.Columns;
            Report(0);
        }
    }

    private void Report(double more) => _options.Progress?.Report(_total == 0 ? 1 : (_done + more) / _total);

    private void Check(ReadOnlySpan<float> values, long row)
    {
        bool half = _format.Name == "f16", wide = _format.BlockSize == 1 && !half;
        if (wide) return;
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
                throw new ModelFormatException(_file, _source.Name, null, $"row {row} holds {value}, which {_format.Name} cannot store");
            if (half && Math.Abs(value) > LargestHalf)
                throw new ModelFormatException(_file, _source.Name, null, $"row {row} holds {value}, which is too large for f16: use bf16 or f32");
        }
    }

    /// <summary>The importance of a row's columns; empty where nothing is known.</summary>
    private ReadOnlySpan<float> Importance(long row)
    {
        if (_options.Importance is not { } importance || _format.BlockSize == 1) return [];
        long matrices = _source.Shape.Length > 2 ? _source.Shape[0] : 1;
        return importance.TryGet(_source.Name, (int)(row / (_source.Rows / matrices)), _source.Columns, out ReadOnlySpan<float> columns) ? columns : [];
    }
}
