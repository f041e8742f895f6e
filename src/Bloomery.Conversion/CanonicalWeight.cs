using Bloomery.Formats;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Conversion;

/// <summary>A weight in the form that an architecture computes with, read from wherever a file keeps its rows.</summary>
internal sealed class CanonicalWeight
{
    private readonly TensorFile _file;
    private readonly FoundWeight _found;
    private readonly int[] _starts; // first row of each part
    private readonly Lazy<float[]>?[] _turned; // (rows, Columns) of parts that are stored the other way round

    public CanonicalWeight(TensorFile file, FoundWeight found)
    {
        (_file, _found) = (file, found);
        Rows = found.Entry.Shape[0];
        Columns = found.Entry.Shape.Count == 1 ? 1 : found.Entry.Shape[1];
        _starts = new int[found.Parts.Count];
        _turned = new Lazy<float[]>?[found.Parts.Count];
        for (int p = 0, row = 0; p < _starts.Length; p++)
        {
            (TensorInfo tensor, WeightPart part) = found.Parts[p];
            _starts[p] = row;
            row += checked((int)(part.Rows?.Length ?? (part.Transposed ? tensor.Shape[^1] : tensor.ElementCount / Columns)));
            if (part.Transposed) _turned[p] = new Lazy<float[]>(() => Turn(tensor, part));
        }
    }

    /// <summary>What the architecture declares.</summary>
    public WeightEntry Entry => _found.Entry;

    /// <summary>Rows, or elements of a vector.</summary>
    public int Rows { get; }

    /// <summary>Columns; 1 of a vector.</summary>
    public int Columns { get; }

    /// <summary>Whether it is a vector.</summary>
    public bool IsVector => Entry.Shape.Count == 1;

    /// <summary>The stored type.</summary>
    public BlockFormat Format => _found.Parts[0].Tensor.Format;

    /// <summary>The same weight in another place.</summary>
    public CanonicalWeight Named(string target) => new(_file, _found with { Entry = _found.Entry with { Target = target } });

    /// <summary>Reads a row of a matrix; on any thread.</summary>
    public void Read(int row, Span<float> values)
    {
        int p = Array.BinarySearch(_starts, row);
        if (p < 0) p = ~p - 1;
        int local = row - _starts[p];
        (TensorInfo tensor, WeightPart part) = _found.Parts[p];
        if (_turned[p] is { } turned) turned.Value.AsSpan(local * Columns, Columns).CopyTo(values);
        else _file.Dequantize(tensor, part.Rows is { } rows ? rows[local] : local, values);
    }

    /// <summary>All elements of a vector.</summary>
    public float[] Vector()
    {
        float[] result = new float[Rows];
        int at = 0;
        foreach ((TensorInfo tensor, WeightPart part) in _found.Parts)
        {
            float[] stored = _file.Dequantize(tensor);
            long count = part.Rows?.Length ?? stored.Length;
            for (long i = 0; i < count; i++) result[at++] = stored[part.Rows is { } rows ? rows[i] : i] + Entry.Plus;
        }
        return result;
    }

    /// <summary>Whether this matrix and <paramref name="other"/> hold the same values.</summary>
    public bool Equals(CanonicalWeight other)
    {
        if (Rows != other.Rows || Columns != other.Columns) return false;
        float[] mine = new float[Columns], theirs = new float[Columns];
        for (int row = 0; row < Rows; row++)
        {
            Read(row, mine);
            other.Read(row, theirs);
            if (!mine.AsSpan().SequenceEqual(theirs)) return false;
        }
        return true;
    }

    private float[] Turn(TensorInfo tensor, WeightPart part)
    {
        int width = checked((int)tensor.Shape[^1]), first = part.FirstInput ?? 0, count = checked((int)(part.Rows?.Length ?? width));
        float[] line = new float[width], result = new float[checked(count * Columns)];
        for (int c = 0; c < Columns; c++)
        {
            _file.Dequantize(tensor, first + c, line);
            for (int i = 0; i < count; i++) result[i * Columns + c] = line[part.Rows is { } rows ? rows[i] : i];
        }
        return result;
    }
}
