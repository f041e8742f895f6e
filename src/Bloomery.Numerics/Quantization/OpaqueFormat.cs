namespace Bloomery.Numerics.Quantization;

/// <summary>Numbers whose size is known and which nothing here computes with: a file may hold them beside a model's weights.</summary>
/// <param name="name">The type's name in small letters.</param>
/// <param name="blockSize">Numbers that fill whole bytes together.</param>
/// <param name="blockBytes">How many bytes.</param>
internal sealed class OpaqueFormat(string name, int blockSize, int blockBytes) : BlockFormat(name, ggmlType: -1)
{
    public override int BlockSize => blockSize;

    public override int BlockBytes => blockBytes;

    public override bool CanQuantize => false;

    public override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values) => throw new NotSupportedException($"{Name} cannot be read");

    public override void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> blocks) =>
        throw new NotSupportedException($"{Name} cannot be written");

    internal override void DequantizeScalar(ReadOnlySpan<byte> blocks, Span<float> values) => Dequantize(blocks, values);
}
