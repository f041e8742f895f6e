namespace Bloomery.Formats.Gguf;

/// <summary>
/// How much each input column of each weight matrix matters: the mean square of the activations that met it, as llama.cpp's <c>imatrix</c> tool stores it
/// (tensors <c>NAME.in_sum2</c> [matrices, columns] and <c>NAME.counts</c> [matrices, 1]; several matrices are a layer's experts).
/// </summary>
public sealed class ImportanceMatrix
{
    private const string SumSuffix = ".in_sum2";
    private const string CountSuffix = ".counts";

    private readonly Dictionary<string, (float[] Values, int Columns)> _entries = new(StringComparer.Ordinal);

    private ImportanceMatrix(GgufFile file)
    {
        Datasets = file.Metadata.Get<string[]>("imatrix.datasets", []);
        ChunkCount = file.Metadata.Get<int>("imatrix.chunk_count", 0);
        ChunkSize = file.Metadata.Get<int>("imatrix.chunk_size", 0);
        foreach (TensorInfo tensor in file.Tensors.Values)
        {
            if (tensor.Name.EndsWith(SumSuffix, StringComparison.Ordinal)) Read(file, tensor, tensor.Name[..^SumSuffix.Length]);
            else if (tensor.Name.EndsWith(CountSuffix, StringComparison.Ordinal)) Require(file, tensor.Name[..^CountSuffix.Length] + SumSuffix, tensor);
        }
        if (_entries.Count == 0) GgufThrow.Bad(file.Path, null, null, "this is no importance matrix: it has no tensor whose name ends in .in_sum2");
    }

    /// <summary>The texts that the activations came from.</summary>
    public IReadOnlyList<string> Datasets { get; }

    /// <summary>How many chunks of text were run; 0 if the file does not say.</summary>
    public int ChunkCount { get; }

    /// <summary>Tokens in one chunk; 0 if the file does not say.</summary>
    public int ChunkSize { get; }

    /// <summary>The weight matrices that the file covers, in the model's GGUF names.</summary>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>Reads a file whole.</summary>
    /// <exception cref="ModelFormatException">The file is damaged or no importance matrix.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ImportanceMatrix Open(string path)
    {
        if (!GgufFile.IsGguf(path))
            GgufThrow.Bad(path, null, 0, ForeignContent.DescribeFile(path)
                ?? "this is no importance matrix in GGUF: write one with llama-imatrix --output-format gguf");
        using GgufFile file = GgufFile.Open(path);
        return new ImportanceMatrix(file);
    }

    /// <summary>Takes the matrix from an open file.</summary>
    /// <exception cref="ModelFormatException">The file is no importance matrix.</exception>
    public static ImportanceMatrix From(GgufFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new ImportanceMatrix(file);
    }

    /// <summary>Gets the importance of the columns of one matrix, if the file covers it.</summary>
    /// <param name="name">The weight's name, such as <c>blk.0.attn_q.weight</c>.</param>
    /// <param name="matrix">Which matrix of the weight: the expert, else 0.</param>
    /// <param name="columns">How many columns the weight has.</param>
    /// <param name="importance">(columns) mean squares, all 1 for a matrix that no token met.</param>
    /// <exception cref="ArgumentException">The weight has another number of columns or matrices: the importance is another model's.</exception>
    public bool TryGet(string name, int matrix, long columns, out ReadOnlySpan<float> importance)
    {
        importance = default;
        if (!_entries.TryGetValue(name, out (float[] Values, int Columns) entry)) return false;
        if (entry.Columns != columns)
            throw new ArgumentException($"{name} has {columns} columns, but the importance matrix has {entry.Columns}: it was made for another model",
                nameof(columns));
        if (matrix < 0 || matrix >= entry.Values.Length / entry.Columns)
            throw new ArgumentOutOfRangeException(nameof(matrix), matrix,
                $"the importance matrix has {entry.Values.Length / entry.Columns} matrices for {name}");
        importance = entry.Values.AsSpan(matrix * entry.Columns, entry.Columns);
        return true;
    }

    private void Read(GgufFile file, TensorInfo sums, string name)
    {
        TensorInfo counts = Require(file, name + CountSuffix, sums);
        int columns = checked((int)Math.Min(sums.RowLength, int.MaxValue));
        if (sums.ElementCount == 0 || sums.ElementCount > int.MaxValue || counts.ElementCount == 0 || sums.ElementCount != counts.ElementCount * columns)
            GgufThrow.Bad(file.Path, name, sums.Offset, $"the sums {sums} and the counts {counts} do not fit each other");
        float[] values = Floats(file, sums), tokens = Floats(file, counts);
        for (int m = 0; m < tokens.Length; m++)
        {
            Span<float> row = values.AsSpan(m * columns, columns);
            if (tokens[m] == 0) row.Fill(1); // an expert that was never chosen: nothing is known
            else for (int i = 0; i < columns; i++) row[i] /= tokens[m];
        }
        _entries.Add(name, (values, columns));
    }

    private static TensorInfo Require(GgufFile file, string name, TensorInfo partner)
    {
        if (!file.Tensors.TryGetValue(name, out TensorInfo? tensor))
            GgufThrow.Bad(file.Path, partner.Name, partner.Offset, $"the tensor {name} that belongs to it is missing");
        return tensor!;
    }

    private static float[] Floats(GgufFile file, TensorInfo tensor)
    {
        if (tensor.Format.Name != "f32") GgufThrow.Bad(file.Path, tensor.Name, tensor.Offset, $"the tensor is of type {tensor.Format.Name}, but f32 is needed");
        float[] values = file.Dequantize(tensor);
        foreach (float value in values)
        {
            if (!float.IsFinite(value) || value < 0)
                GgufThrow.Bad(file.Path, tensor.Name, tensor.Offset, $"the tensor holds {value}, which is no sum of squares and no count");
        }
        return values;
    }
}
