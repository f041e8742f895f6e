namespace Bloomery.Numerics.Quantization;

/// <summary>
/// A quantisation type: the layout of one block of weights, and how it is read and written. One struct, one file each; found by its <c>[Key]</c>.
/// </summary>
/// <typeparam name="TSelf">The block's own struct: its size is the block's size in bytes.</typeparam>
internal interface IBlockFormat<TSelf> where TSelf : unmanaged, IBlockFormat<TSelf>
{
    /// <summary>How many weights one block holds.</summary>
    static abstract int Weights { get; }

    /// <summary>Whether <see cref="Quantize"/> is implemented.</summary>
    static virtual bool CanQuantize => false;

    /// <summary>Expands blocks to floats, exactly as ggml does (no fused multiply-add).</summary>
    /// <param name="blocks">(n) blocks.</param>
    /// <param name="values">(n * Weights) values.</param>
    static abstract void Dequantize(ReadOnlySpan<TSelf> blocks, Span<float> values);

    /// <summary>
    /// The specification of <see cref="Dequantize"/>, one weight at a time: a format whose <see cref="Dequantize"/> uses vectors keeps its plain form here, and
    /// the two agree to the bit.
    /// </summary>
    /// <param name="blocks">(n) blocks.</param>
    /// <param name="values">(n * Weights) values.</param>
    static virtual void DequantizeScalar(ReadOnlySpan<TSelf> blocks, Span<float> values) => TSelf.Dequantize(blocks, values);

    /// <summary>Rounds one row of floats to blocks.</summary>
    /// <param name="values">(n * Weights) values.</param>
    /// <param name="importance">Empty, or one non-negative weight per value (an importance matrix's row).</param>
    /// <param name="blocks">(n) blocks.</param>
    static virtual void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<TSelf> blocks) =>
        throw new NotSupportedException($"{typeof(TSelf).Name} can be read but not written.");
}
