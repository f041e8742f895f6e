using Bloomery.Numerics.Quantization;

namespace Bloomery.Formats;

/// <summary>Where one tensor of a <see cref="TensorFile"/> lies and how its weights are stored.</summary>
public sealed class TensorInfo
{
    internal TensorInfo(string name, BlockFormat format, long[] shape, long offset, long byteLength, string file, int part = 0)
    {
        (Name, Format, Shape, Offset, ByteLength, File, Part) = (name, format, shape, offset, byteLength, file, part);
        ElementCount = 1;
        foreach (long size in shape) ElementCount *= size; // readers have checked that the product fits
    }

    /// <summary>The tensor's name in the file's own spelling.</summary>
    public string Name { get; }

    /// <summary>How the weights are stored.</summary>
    public BlockFormat Format { get; }

    /// <summary>Sizes, outermost dimension first: a linear layer's weight is [out, in]. Empty for a scalar.</summary>
    public long[] Shape { get; }

    /// <summary>The first byte, counted from the start of <see cref="File"/>.</summary>
    public long Offset { get; }

    /// <summary>Size in bytes.</summary>
    public long ByteLength { get; }

    /// <summary>The product of <see cref="Shape"/>.</summary>
    public long ElementCount { get; }

    /// <summary>Weights in one contiguous row: the innermost size, 1 for a scalar.</summary>
    public long RowLength => Shape.Length == 0 ? 1 : Shape[^1];

    /// <summary>The path of the file that holds the data: of a split or sharded model, the part.</summary>
    public string File { get; }

    /// <summary>Which of the model's files that is.</summary>
    internal int Part { get; }

    /// <summary>Whether nothing here reads the type, though a file may hold it.</summary>
    internal bool IsOpaque => Format is OpaqueFormat;

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Format.Name} [{string.Join(", ", Shape)}]";
}
