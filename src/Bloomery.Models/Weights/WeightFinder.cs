using Bloomery.Formats;

namespace Bloomery.Models.Weights;

/// <summary>
/// Finds and checks the stored tensors of every weight that a <see cref="WeightMap"/> declares. A tensor that is missing or left over is an error that
/// names it; heads of training and of other tasks are passed over, and <see cref="Unread"/> names them.
/// </summary>
internal sealed class WeightFinder
{
    private readonly TensorFile _file;
    private readonly HashSet<string> _used = [];
    private readonly List<FoundWeight> _found = [];
    private readonly List<(string Name, string Other)> _ties = [];
    private readonly Dictionary<string, long> _taken = []; // elements of tensors that are taken apart

    private WeightFinder(TensorFile file) => _file = file;

    /// <summary>What is there, in the map's order.</summary>
    public IReadOnlyList<FoundWeight> Found => _found;

    /// <summary>Weights that are absent and share the memory of another.</summary>
    public IReadOnlyList<(string Name, string Other)> Ties => _ties;

    /// <summary>Heads that the architecture does not have: the reference library passes them over with a warning.</summary>
    public IReadOnlyList<string> Unread { get; private set; } = [];

    /// <summary>What a user should hear about the file, or null.</summary>
    public string? Warning =>
        Unread.Count == 0 ? null : $"{_file.Path}: left unread, as this architecture has no such head: {string.Join(", ", Unread.Take(4))}{More}";

    private string More => Unread.Count > 4 ? $" and {Unread.Count - 4} more tensors" : "";

    /// <summary>Finds the weights.</summary>
    /// <exception cref="ModelFormatException">A tensor is missing, left over, or of another shape than the configuration says.</exception>
    public static WeightFinder Find(TensorFile file, WeightMap map)
    {
        WeightFinder finder = new(file);
        foreach (WeightEntry entry in map.Entries)
        {
            if (finder.PartsOf(entry) is { } parts) finder._found.Add(new FoundWeight(entry, parts));
            else if (entry.TiedTo is not null) finder._ties.Add((entry.Target, entry.TiedTo));
            else if (!entry.Optional) throw new ModelFormatException(file.Path, entry.Parts[0].Names[0], null, "the file lacks this tensor");
        }
        finder.PassOver(map);
        finder.RefuseRemains();
        return finder;
    }

    private List<(TensorInfo Tensor, WeightPart Part)>? PartsOf(WeightEntry entry)
    {
        List<(TensorInfo, WeightPart)> parts = [];
        long rows = 0;
        foreach (WeightPart part in entry.Parts)
        {
            string? name = part.Names.FirstOrDefault(_file.Tensors.ContainsKey);
            if (name is null)
            {
                if (parts.Count == 0) return null;
                throw new ModelFormatException(_file.Path, part.Names[0], null, "the file lacks this tensor");
            }
            TensorInfo tensor = _file.Tensors[name];
            TensorFile.RequireReadable(tensor);
            long own = CheckPart(entry, tensor, part);
            rows += own;
            _used.Add(name);
            if (part.Rows is not null || part.FirstInput is not null)
                _taken[name] = _taken.GetValueOrDefault(name) + own * (entry.Shape.Count == 1 ? 1 : entry.Shape[1]);
            parts.Add((tensor, part));
        }
        if (rows != entry.Shape[0])
            throw Wrong(parts[0].Item1, $"has {rows} rows, but the configuration asks for {entry.Shape[0]} ({entry.RowsKey ?? entry.Target})");
        return parts;
    }

    /// <summary>Checks the shape of one stored tensor; returns how many rows of the weight it gives.</summary>
    private long CheckPart(WeightEntry entry, TensorInfo tensor, WeightPart part)
    {
        long rows, columns;
        if (entry.Shape.Count == 1)
        {
            (rows, columns) = (tensor.ElementCount, 1);
        }
        else
        {
            // Some converters flatten a matrix of one row.
            bool flat = tensor.Shape.Length == 1 && entry.Shape[0] == 1 && !part.Transposed;
            if (tensor.Shape.Length < 2 && !flat)
                throw Wrong(tensor, $"has shape [{Shape(tensor)}]; a matrix with {entry.Shape[1]} columns is needed");
            columns = tensor.Shape[^1];
            rows = columns == 0 ? 0 : tensor.ElementCount / columns;
            if (part.Transposed) (rows, columns) = (columns, rows);
            if (part.FirstInput is { } first && columns >= first + entry.Shape[1]) columns = entry.Shape[1];
            if (columns != entry.Shape[1])
                throw Wrong(tensor, $"has {columns} columns (shape [{Shape(tensor)}]), but the configuration asks for {entry.Shape[1]} ({entry.Target})");
        }
        if (part.Rows is null) return rows;
        RowSelection taken = part.Rows.Value;
        if (taken.Last >= rows) throw Wrong(tensor, $"has {rows} rows, but the configuration asks for at least {taken.Last + 1} ({entry.Target})");
        return taken.Length;
    }

    /// <summary>What is left over beside the model is a head; within it, it would change what is computed.</summary>
    private void PassOver(WeightMap map)
    {
        bool prefixed = _used.Any(map.HasPrefix);
        List<string> unread = [];
        foreach (string name in _file.Tensors.Keys)
        {
            if (_used.Contains(name) || map.Ignores(name)) continue;
            if (!map.IsHead(name, prefixed) && !_file.Tensors[name].IsOpaque)
                throw new ModelFormatException(_file.Path, name, _file.Tensors[name].Offset,
                    "is a tensor that this architecture and configuration have no use for");
            unread.Add(name);
        }
        Unread = unread;
    }

    /// <summary>A fused tensor with more rows than its parts need belongs to another configuration.</summary>
    private void RefuseRemains()
    {
        foreach ((string name, long taken) in _taken)
        {
            TensorInfo tensor = _file.Tensors[name];
            if (taken != tensor.ElementCount)
                throw Wrong(tensor, $"has shape [{Shape(tensor)}], of which the configuration uses {taken} of {tensor.ElementCount} elements");
        }
    }

    private static string Shape(TensorInfo tensor) => string.Join(", ", tensor.Shape);

    private ModelFormatException Wrong(TensorInfo tensor, string problem) => new(_file.Path, tensor.Name, tensor.Offset, problem);
}

/// <summary>A weight and where it is stored.</summary>
/// <param name="Entry">What the architecture declares.</param>
/// <param name="Parts">Stored tensors, in the order of its rows.</param>
internal sealed record FoundWeight(WeightEntry Entry, IReadOnlyList<(TensorInfo Tensor, WeightPart Part)> Parts);
