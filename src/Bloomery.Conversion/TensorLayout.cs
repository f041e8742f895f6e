using Bloomery.Formats;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Conversion;

/// <summary>
/// The tensors that a file of the other container has: a <see cref="WeightMap"/> says which rows of a stored tensor make a weight, and read backwards it says
/// which weights make a stored tensor. So one declaration serves loading and both directions of conversion.
/// </summary>
internal sealed class TensorLayout
{
    private readonly OrderedDictionary<string, List<Piece>> _stored = new(StringComparer.Ordinal);
    private readonly Func<string, IReadOnlyList<long>, long[]> _shape;

    private TensorLayout(Func<string, IReadOnlyList<long>, long[]> shape) => _shape = shape;

    /// <summary>Which part of a weight goes into a stored tensor.</summary>
    private sealed record Piece(CanonicalWeight Weight, WeightEntry Entry, WeightPart Part, int FirstRow, int Count);

    /// <summary>The tensors in the map's order.</summary>
    /// <param name="file">The old file, for messages.</param>
    /// <param name="map">What the new file declares.</param>
    /// <param name="weights">What the old file has.</param>
    /// <param name="name">Chooses among the names of a part.</param>
    /// <param name="shape">The stored shape of a tensor, given its name and the shape that follows from the weights.</param>
    /// <exception cref="ModelFormatException">The new file needs a weight that the old one lacks, or the other way round.</exception>
    public static IReadOnlyList<RowSource> Build(string file, WeightMap map, CanonicalWeights weights, Func<WeightEntry, WeightPart, string> name,
        Func<string, IReadOnlyList<long>, long[]> shape)
    {
        TensorLayout layout = new(shape);
        HashSet<string> placed = new(StringComparer.Ordinal);
        foreach (WeightEntry entry in map.Entries)
        {
            if (weights.TryGet(entry.Target, out CanonicalWeight? weight)) layout.Place(file, entry, weight, name);
            else if (!entry.Optional && entry.TiedTo is null)
                throw new ModelFormatException(file, entry.Target, null, "the new file needs this tensor, but the model does not have it");
            placed.Add(entry.Target);
        }
        if (weights.Names.FirstOrDefault(n => !placed.Contains(n)) is { } left)
            throw new ModelFormatException(file, left, null, "the new file has no place for this tensor of the model");
        return [.. layout._stored.Select(s => layout.Source(s.Key, s.Value))];
    }

    private void Place(string file, WeightEntry entry, CanonicalWeight weight, Func<WeightEntry, WeightPart, string> name)
    {
        // GGUF leaves out the positions that RoBERTa never uses.
        int skipped = entry.Target == "position_embd.weight" ? weight.Rows - entry.Shape[0] : 0;
        if (entry.Shape[0] != weight.Rows - skipped || skipped < 0 || (entry.Shape.Count > 1 && entry.Shape[1] != weight.Columns))
            throw new ModelFormatException(file, entry.Target, null,
                $"is [{string.Join(", ", weight.Entry.Shape)}], but would have to be [{string.Join(", ", entry.Shape)}]");
        int first = skipped, each = entry.Shape[0] / entry.Parts.Count;
        foreach (WeightPart part in entry.Parts)
        {
            int count = checked((int)(part.Rows?.Length ?? each));
            string stored = name(entry, part);
            if (!_stored.TryGetValue(stored, out List<Piece>? pieces)) _stored.Add(stored, pieces = []);
            pieces.Add(new Piece(weight, entry, part, first, count));
            first += count;
        }
    }

    private RowSource Source(string name, List<Piece> pieces)
    {
        CanonicalWeight weight = pieces[0].Weight;
        BlockFormat format = weight.Format;
        if (weight.IsVector)
        {
            long[] size = [pieces.Sum(p => p.Count)];
            return new ValueRows(name, _shape(name, size), format, () => Vector(pieces, (int)size[0]));
        }
        if (pieces.Any(p => p.Part.Transposed)) return Turned(name, pieces, format);

        int total = pieces.Sum(p => p.Count);
        int stack = pieces.Count == 1 && pieces[0].Entry.Parts.Count == 1 ? pieces[0].Entry.Stack : 1;
        long[] shape = stack > 1 ? [stack, total / stack, weight.Columns] : [total, weight.Columns];
        return new GatheredRows(name, _shape(name, shape), format, [.. pieces.Select(p => (p.Weight, p.FirstRow, p.Count, p.Part.Rows))]);
    }

    private static float[] Vector(List<Piece> pieces, int size)
    {
        float[] result = new float[size];
        foreach (Piece piece in pieces)
        {
            float[] values = piece.Weight.Vector();
            for (int i = 0; i < piece.Count; i++) result[piece.Part.Rows is { } rows ? rows[i] : i] = values[piece.FirstRow + i] - piece.Entry.Plus;
        }
        return result;
    }

    /// <summary>A tensor that holds weights as (inputs, outputs), all of it (GPT-2) or some of its rows (latent attention).</summary>
    private RowSource Turned(string name, List<Piece> pieces, BlockFormat format)
    {
        bool banded = pieces.Any(p => p.Part.FirstInput is not null);
        int rows = banded ? pieces.Sum(p => p.Part.Transposed ? p.Weight.Columns : p.Count) : pieces[0].Weight.Columns;
        int columns = banded ? pieces.Max(p => p.Part.Transposed ? p.Count : p.Weight.Columns) : pieces.Sum(p => p.Count);
        return new ValueRows(name, _shape(name, [rows, columns]), format, () =>
        {
            float[] result = new float[checked(rows * columns)];
            foreach (Piece piece in pieces)
            {
                float[] line = new float[piece.Weight.Columns];
                for (int i = 0; i < piece.Count; i++)
                {
                    piece.Weight.Read(piece.FirstRow + i, line);
                    int to = piece.Part.Rows is { } selected ? (int)selected[i] : i;
                    if (!piece.Part.Transposed) line.CopyTo(result, to * columns);
                    else for (int c = 0; c < line.Length; c++) result[((piece.Part.FirstInput ?? 0) + c) * columns + to] = line[c];
                }
            }
            return result;
        });
    }
}
