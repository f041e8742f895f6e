using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>A block format with its struct type erased: what file readers and weights refer to.</summary>
public abstract class BlockFormat
{
    private static readonly SortedDictionary<string, BlockFormat> ByKey = Make();
    private static readonly Dictionary<int, BlockFormat> ById = ByKey.Values.ToDictionary(f => f.GgmlType);

    private protected BlockFormat(string name, int ggmlType) => (Name, GgmlType) = (name, ggmlType);

    /// <summary>The format's key: <c>q4_1</c>.</summary>
    public string Name { get; }

    /// <summary>ggml's type id.</summary>
    public int GgmlType { get; }

    /// <summary>Weights in one block.</summary>
    public abstract int BlockSize { get; }

    /// <summary>Bytes in one block.</summary>
    public abstract int BlockBytes { get; }

    /// <summary>Whether <see cref="Quantize"/> is implemented.</summary>
    public abstract bool CanQuantize { get; }

    /// <summary>All formats, by key.</summary>
    public static IReadOnlyCollection<BlockFormat> All => ByKey.Values;

    /// <summary>32-bit floats: always present.</summary>
    public static BlockFormat F32 { get; } = ByKey["f32"];

    /// <summary>Looks a format up by its key, ignoring case.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out BlockFormat? format) => ByKey.TryGetValue(name, out format);

    /// <summary>Looks a format up by ggml's type id.</summary>
    public static bool TryFind(int ggmlType, [NotNullWhen(true)] out BlockFormat? format) => ById.TryGetValue(ggmlType, out format);

    /// <summary>Bytes of a row of <paramref name="weights"/> weights.</summary>
    /// <exception cref="ArgumentException"><paramref name="weights"/> is no multiple of the block size.</exception>
    /// <exception cref="OverflowException">The size does not fit 64 bits.</exception>
    public long RowBytes(long weights)
    {
        if (weights % BlockSize != 0) throw new ArgumentException($"{weights} weights are no multiple of {Name}'s block of {BlockSize}.");
        return checked(weights / BlockSize * BlockBytes);
    }

    /// <summary>Expands whole blocks; <paramref name="values"/> takes exactly as many weights as <paramref name="blocks"/> hold.</summary>
    public abstract void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values);

    /// <summary>As <see cref="Dequantize"/>, by the format's plain scalar code.</summary>
    internal abstract void DequantizeScalar(ReadOnlySpan<byte> blocks, Span<float> values);

    /// <summary>Rounds one row of floats to whole blocks.</summary>
    public abstract void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> blocks);

    private static SortedDictionary<string, BlockFormat> Make()
    {
        SortedDictionary<string, BlockFormat> made = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string key, Type layout) in KeyedTypes.Find(typeof(BlockFormat).Assembly, typeof(IBlockFormat<>)))
        {
            int id = layout.GetCustomAttribute<GgmlTypeAttribute>()?.Id ?? throw new InvalidOperationException($"{layout.Name} has no [GgmlType]");
            made.Add(key, (BlockFormat)Activator.CreateInstance(typeof(BlockFormat<>).MakeGenericType(layout), key, id)!);
        }
        return made;
    }
}

/// <summary>The bridge from <see cref="BlockFormat"/> to the struct that knows the layout.</summary>
internal sealed class BlockFormat<TBlock>(string name, int ggmlType) : BlockFormat(name, ggmlType)
    where TBlock : unmanaged, IBlockFormat<TBlock>
{
    public override int BlockSize => TBlock.Weights;

    public override int BlockBytes => Unsafe.SizeOf<TBlock>();

    public override bool CanQuantize => TBlock.CanQuantize;

    public override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        ReadOnlySpan<TBlock> typed = MemoryMarshal.Cast<byte, TBlock>(blocks);
        Check(blocks.Length, typed.Length, values.Length);
        TBlock.Dequantize(typed, values);
    }

    internal override void DequantizeScalar(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        ReadOnlySpan<TBlock> typed = MemoryMarshal.Cast<byte, TBlock>(blocks);
        Check(blocks.Length, typed.Length, values.Length);
        TBlock.DequantizeScalar(typed, values);
    }

    public override void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> blocks)
    {
        Span<TBlock> typed = MemoryMarshal.Cast<byte, TBlock>(blocks);
        Check(blocks.Length, typed.Length, values.Length);
        if (!importance.IsEmpty) ArgumentOutOfRangeException.ThrowIfNotEqual(importance.Length, values.Length);
        TBlock.Quantize(values, importance, typed);
    }

    private void Check(int bytes, int blocks, int values)
    {
        if (bytes != (long)blocks * BlockBytes || values != (long)blocks * BlockSize)
            throw new ArgumentException($"{bytes} bytes of {Name} do not hold {values} weights.");
    }
}
