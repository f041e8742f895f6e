using System.Runtime.ExceptionServices;
using Bloomery.Formats;
using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Memory;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Models.Weights;

/// <summary>
/// Executes a <see cref="WeightMap"/>: finds, checks and copies every declared tensor into memory of its own. Everything is checked before anything is
/// allocated; a tensor that is missing or left over is an error that names it.
/// </summary>
internal sealed class WeightLoader
{
    private readonly TensorFile _file;
    private readonly KernelSet _kernels;
    private readonly bool _keepMapping;

    private WeightLoader(TensorFile file, KernelSet kernels, bool keepMapping) => (_file, _kernels, _keepMapping) = (file, kernels, keepMapping);

    /// <summary>Loads the weights that <paramref name="map"/> declares.</summary>
    /// <param name="file">The checkpoint.</param>
    /// <param name="map">What the architecture declares.</param>
    /// <param name="kernels">Whose layout the matrices take.</param>
    /// <param name="progress">Told the share that is done, 0 to 1.</param>
    /// <param name="keepMapping">
    /// Whether matrices that need no packing stay where the file maps them: then <paramref name="file"/> must outlive the set.
    /// </param>
    /// <param name="threads">How many threads copy and pack; 0: one a processor.</param>
    /// <exception cref="ModelFormatException">A tensor is missing, left over, or of another shape than the configuration says.</exception>
    public static WeightSet Load(TensorFile file, WeightMap map, KernelSet kernels, IProgress<double>? progress = null, bool keepMapping = false,
        int threads = 0)
    {
        WeightLoader loader = new(file, kernels, keepMapping);
        WeightFinder finder = WeightFinder.Find(file, map);
        IReadOnlyList<FoundWeight> found = finder.Found;
        List<(string Name, string Other)> ties = [.. finder.Ties];

        WeightSet set = new() { Warning = finder.Warning };
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount };
        try
        {
            long total = found.Sum(f => f.Parts.Sum(p => p.Tensor.ByteLength)), done = 0;
            Lock gate = new();
            // Copying and packing is bound by the processor, not by the file: each weight is one piece of work.
            Parallel.ForEach(found, parallel, weight =>
            {
                (WeightEntry entry, IReadOnlyList<(TensorInfo Tensor, WeightPart Part)> parts) = weight;
                string? tied = entry.TiedTo is { } other && found.Any(f => f.Entry.Target == other && loader.SameBytes(f.Parts, parts)) ? other : null;
                float[]? vector = tied is null && entry.Shape.Count == 1 ? loader.Vector(entry, parts) : null;
                IReadOnlyList<Matrix>? matrices = tied is null && vector is null ? loader.Matrices(entry, parts, set) : null;
                lock (gate)
                {
                    if (tied is not null) ties.Add((entry.Target, tied));
                    else if (vector is not null) set.Add(entry.Target, vector);
                    else set.Add(entry.Target, matrices!);
                    done += parts.Sum(p => p.Tensor.ByteLength);
                    progress?.Report(total == 0 ? 1 : (double)done / total);
                }
            });
            foreach ((string name, string other) in ties) set.Tie(name, other);
            return set;
        }
        catch (Exception e)
        {
            set.Dispose();
            if (e is AggregateException { InnerExceptions: [var first, ..] }) ExceptionDispatchInfo.Throw(first);
            throw;
        }
    }

    private float[] Vector(WeightEntry entry, IReadOnlyList<(TensorInfo Tensor, WeightPart Part)> parts)
    {
        float[] result = new float[entry.Shape[0]];
        int at = 0;
        foreach ((TensorInfo tensor, WeightPart part) in parts)
        {
            float[] stored = _file.Dequantize(tensor);
            long count = part.Rows?.Length ?? stored.Length;
            for (long i = 0; i < count; i++) result[at++] = stored[part.Rows is { } rows ? rows[i] : i] + entry.Plus;
        }
        return result;
    }

    private IReadOnlyList<Matrix> Matrices(WeightEntry entry, IReadOnlyList<(TensorInfo Tensor, WeightPart Part)> parts, WeightSet set)
    {
        int rows = entry.Shape[0], columns = entry.Shape[1];
        BlockFormat format = parts[0].Tensor.Format;
        bool mixed = parts.Any(p => p.Tensor.Format != format || (p.Part.Transposed && p.Tensor.Format.BlockSize != 1));
        if (mixed || !IsComputable(format)) format = BlockFormat.F32;
        try
        {
            _ = format.RowBytes(columns);
        }
        catch (ArgumentException e)
        {
            throw new ModelFormatException(_file.Path, parts[0].Tensor.Name, parts[0].Tensor.Offset, e.Message, e);
        }
        // A tensor that is taken as it is can be packed straight from the file; what is not packed may stay there only as long as the mapping.
        if (parts is [var (tensor, part)] && part.Rows is null && !part.Transposed && tensor.Format == format && _file.View(tensor) is { } view)
        {
            List<Matrix> prepared = Prepared(new Matrix(format, view, rows, columns), entry.Stack);
            if (prepared.All(m => m is IDisposable))
            {
                prepared.ForEach(m => set.Own((IDisposable)m));
                return prepared;
            }
            if (_keepMapping && !prepared.Any(m => m is IDisposable))
            {
                set.AddMapped(tensor.ByteLength);
                return prepared;
            }
            foreach (IDisposable packed in prepared.OfType<IDisposable>()) packed.Dispose();
        }
        return Copied(entry, parts, format, set);
    }

    private List<Matrix> Copied(WeightEntry entry, IReadOnlyList<(TensorInfo Tensor, WeightPart Part)> parts, BlockFormat format, WeightSet set)
    {
        int rows = entry.Shape[0], columns = entry.Shape[1];
        NativeBuffer memory = new("weights", checked(format.RowBytes(columns) * rows));
        set.Own(memory);
        long at = 0;
        foreach ((TensorInfo tensor, WeightPart part) in parts)
            at += WeightCopy.Rows(_file, tensor, part, format, columns, memory, at);

        Matrix whole = new(format, NativeView.Of(memory), rows, columns);
        List<Matrix> prepared = Prepared(whole, entry.Stack);
        if (prepared.All(m => m is IDisposable))
        {
            // The tier has packed all of it: its copy is the only one.
            prepared.ForEach(m => set.Own((IDisposable)m));
            memory.Dispose();
        }
        return prepared;
    }

    /// <summary>The matrices that lie on top of one another in <paramref name="whole"/>, in the tier's layout.</summary>
    private List<Matrix> Prepared(Matrix whole, int stack)
    {
        int each = whole.Rows / stack;
        return [.. Enumerable.Range(0, stack).Select(i => _kernels.Prepare(stack == 1 ? whole : whole.SliceRows(i * each, each)))];
    }

    /// <summary>Whether two weights are made of the same bytes: a stored copy of a tied matrix is not read twice.</summary>
    private bool SameBytes(IReadOnlyList<(TensorInfo Tensor, WeightPart Part)> a, IReadOnlyList<(TensorInfo Tensor, WeightPart Part)> b)
    {
        const int Step = 1 << 20;
        TensorInfo x = a[0].Tensor, y = b[0].Tensor;
        if (ReferenceEquals(x, y)) return true;
        if (x.Format != y.Format || x.ByteLength != y.ByteLength) return false;
        for (long at = 0; at < x.ByteLength; at += Step)
        {
            int count = (int)Math.Min(Step, x.ByteLength - at);
            if (!_file.Bytes(x, at, count).SequenceEqual(_file.Bytes(y, at, count))) return false;
        }
        return true;
    }

    /// <summary>Doubles and integers are widened or narrowed to floats once, while they are loaded.</summary>
    private static bool IsComputable(BlockFormat format) => format.Name is not ("f64" or "i8" or "i16" or "i32" or "i64");
}
