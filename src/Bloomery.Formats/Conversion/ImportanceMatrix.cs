using Bloomery.Formats.Gguf;

namespace Bloomery.Formats.Conversion;

/// <summary>How much each input column of each matrix matters, as llama.cpp's imatrix records it in GGUF: <c>NAME.in_sum2</c> [matrices, columns] and <c>NAME.counts</c> [matrices, 1].</summary>
public sealed class ImportanceMatrix
{
    private const string Sums = ".in_sum2", Counts = ".counts";
    private readonly Dictionary<string, float[]> _columns = new(StringComparer.Ordinal);
    private readonly string _file;

    private ImportanceMatrix(string file) => _file = file;

    /// <summary>Tensors that it knows.</summary>
    public int Count => _columns.Count;

    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelFormatException">It is no imatrix in GGUF.</exception>
    public static ImportanceMatrix Load(string path)
    {
        using GgufFile file = GgufFile.Open(path);
        var matrix = new ImportanceMatrix(path);
        foreach (TensorInfo sums in file.Tensors.Values.Where(tensor => tensor.Name.EndsWith(Sums, StringComparison.Ordinal)))
        {
            string name = sums.Name[..^Sums.Length];
            float[] values = file.Dequantize(sums), counts = file.Dequantize(file.Tensor(name + Counts));
            if (counts.Length == 0 || values.Length % counts.Length != 0) throw new ModelFormatException(path, sums.Name, null, $"{values.Length} sums do not fit {counts.Length} counts");
            int columns = values.Length / counts.Length;
            // A matrix that was never used (an expert without tokens) says nothing: all its columns count alike.
            for (int i = 0; i < values.Length; i++) values[i] = counts[i / columns] > 0 ? values[i] / counts[i / columns] : 1;
            matrix._columns[name] = values;
        }
        if (matrix.Count == 0) throw new ModelFormatException(path, null, null, "holds no importance matrix (no tensor ends with .in_sum2)");
        return matrix;
    }

    /// <summary>The importance of the columns of row <paramref name="row"/> of a tensor; empty where nothing is known of it.</summary>
    /// <exception cref="ModelFormatException">The widths differ: it was made for another model.</exception>
    public ReadOnlySpan<float> Of(TensorInfo tensor, long row)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (!_columns.TryGetValue(tensor.Name, out float[]? values)) return [];
        long matrices = tensor.Shape.Length > 2 ? tensor.Shape[0] : 1, columns = tensor.RowLength;
        if (values.Length != matrices * columns) throw new ModelFormatException(_file, tensor.Name, null, $"has {values.Length} columns, the model's tensor {matrices * columns}: it was made for another model");
        long rowsPerMatrix = tensor.ElementCount / columns / matrices;
        return values.AsSpan(checked((int)(row / rowsPerMatrix * columns)), checked((int)columns));
    }
}
