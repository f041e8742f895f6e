using System.Globalization;
using System.Runtime.InteropServices;
using Bloomery.Formats;
using Bloomery.Models.Planning;
using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Models.KvCache;

/// <summary>
/// The tokens of a <see cref="KvStore"/> as tensors of a file: <c>positions</c> i32 [n], and <c>keys.L</c>, <c>values.L</c> u8 [heads, n, bytes of a
/// row] of each layer.
/// </summary>
internal static class KvSnapshot
{
    private const string PositionsName = "positions";

    /// <summary>What the committed tokens of <paramref name="store"/> are written as; the store must not change until they are.</summary>
    /// <exception cref="NotSupportedException">Its layers or heads keep different tokens, for which the file has no place.</exception>
    public static IEnumerable<SnapshotTensor> Of(KvStore store)
    {
        int tokens = store.Length;
        int[] positions = Positions(store);
        yield return new SnapshotTensor(PositionsName, Format("i32"), [tokens], stream => stream.Write(MemoryMarshal.AsBytes<int>(positions)));
        for (int i = 0; i < store.Shape.Layers.Count; i++)
        {
            int layer = i;
            KvLayerShape shape = store.Shape.Layers[layer];
            yield return new SnapshotTensor(Name("keys", layer), Format("u8"), [shape.Heads, tokens, KvLayout.RowBytes(store.KeyType, shape.KeyDim)],
                stream => Write(stream, store, layer, keys: true));
            yield return new SnapshotTensor(Name("values", layer), Format("u8"), [shape.Heads, tokens, KvLayout.RowBytes(store.ValueType, shape.ValueDim)],
                stream => Write(stream, store, layer, keys: false));
        }
    }

    /// <summary>
    /// Appends the first <paramref name="count"/> tokens of <paramref name="file"/> to the empty <paramref name="store"/>, which has the shape and the
    /// types of the one that was written.
    /// </summary>
    /// <returns>How many tokens the file has.</returns>
    /// <exception cref="ModelFormatException">A tensor is missing, or not of the store's shape.</exception>
    public static int Read(TensorFile file, KvStore store, int count)
    {
        long elements = file.Tensor(PositionsName).ElementCount;
        if (elements > Array.MaxLength / sizeof(int))
            throw new ModelFormatException(file.Path, PositionsName, file.Tensor(PositionsName).Offset,
                $"has {elements} positions; at most {Array.MaxLength / sizeof(int)} can be read");
        int tokens = (int)elements;
        int[] positions = MemoryMarshal.Cast<byte, int>(Checked(file, PositionsName, "i32", tokens)).ToArray();
        if (count > tokens) throw new ModelFormatException(file.Path, PositionsName, null, $"has {tokens} tokens of {count}");
        for (int i = 0; i < tokens; i++)
            if (positions[i] < (i == 0 ? 0 : positions[i - 1]))
                throw new ModelFormatException(file.Path, PositionsName, null, $"goes from {(i == 0 ? 0 : positions[i - 1])} to {positions[i]}");
        for (int layer = 0; layer < store.Shape.Layers.Count; layer++)
        {
            KvLayerShape shape = store.Shape.Layers[layer];
            Checked(file, Name("keys", layer), "u8", shape.Heads, tokens, KvLayout.RowBytes(store.KeyType, shape.KeyDim));
            Checked(file, Name("values", layer), "u8", shape.Heads, tokens, KvLayout.RowBytes(store.ValueType, shape.ValueDim));
        }
        store.Begin(positions.AsSpan(0, count));
        for (int layer = 0; layer < store.Shape.Layers.Count; layer++)
        {
            TensorInfo keys = file.Tensor(Name("keys", layer)), values = file.Tensor(Name("values", layer));
            int keyRow = (int)keys.Shape[2], valueRow = (int)values.Shape[2];
            for (int head = 0; head < store.Shape.Layers[layer].Heads; head++)
                for (int t = 0; t < count; t++)
                {
                    long row = (long)head * tokens + t;
                    file.Bytes(keys, row * keyRow, keyRow).CopyTo(store.KeySlot(layer, head, t));
                    file.Bytes(values, row * valueRow, valueRow).CopyTo(store.ValueSlot(layer, head, t));
                }
        }
        store.Commit();
        return tokens;
    }

    /// <summary>The positions that every layer and head keeps.</summary>
    private static int[] Positions(KvStore store)
    {
        List<int> positions = new(store.Length);
        for (int page = 0; page < store.PageCount(0, 0); page++) positions.AddRange(store.Page(0, 0, page).Positions);
        ReadOnlySpan<int> kept = CollectionsMarshal.AsSpan(positions);
        for (int layer = 0; layer < store.Shape.Layers.Count; layer++)
            for (int head = 0; head < store.Shape.Layers[layer].Heads; head++)
                if (!Keeps(store, layer, head, kept))
                    throw new NotSupportedException($"layer {layer}, head {head} keeps other tokens than layer 0, head 0: such a cache cannot be saved");
        return kept.ToArray();
    }

    private static bool Keeps(KvStore store, int layer, int head, ReadOnlySpan<int> positions)
    {
        for (int page = 0; page < store.PageCount(layer, head); page++)
        {
            ReadOnlySpan<int> own = store.Page(layer, head, page).Positions;
            if (!positions.StartsWith(own)) return false;
            positions = positions[own.Length..];
        }
        return positions.IsEmpty;
    }

    private static void Write(Stream stream, KvStore store, int layer, bool keys)
    {
        for (int head = 0; head < store.Shape.Layers[layer].Heads; head++)
            for (int p = 0; p < store.PageCount(layer, head); p++)
            {
                KvPage page = store.Page(layer, head, p);
                stream.Write(keys ? page.Keys : page.Values);
            }
    }

    private static ReadOnlySpan<byte> Checked(TensorFile file, string name, string type, params ReadOnlySpan<long> shape)
    {
        TensorInfo tensor = file.Tensor(name);
        if (tensor.Format.Name != type || !tensor.Shape.AsSpan().SequenceEqual(shape))
            throw new ModelFormatException(file.Path, name, tensor.Offset,
                $"is {tensor.Format.Name} [{string.Join(", ", tensor.Shape)}], not {type} [{string.Join(", ", shape.ToArray())}]");
        return tensor.ByteLength <= int.MaxValue ? file.Bytes(tensor) : [];
    }

    private static string Name(string part, int layer) => string.Create(CultureInfo.InvariantCulture, $"{part}.{layer}");

    internal static BlockFormat Format(string name) => BlockFormat.TryFind(name, out BlockFormat? format) ? format
        : throw new InvalidOperationException($"there is no format {name}");
}
