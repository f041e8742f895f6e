using Bloomery.Models.Execution;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;

namespace Bloomery.Models.Operations;

/// <summary>Turns the first dimensions of each head by the angles of a <see cref="RotaryTable"/> (RoPE, arXiv 2104.09864).</summary>
internal sealed class Rope(Value x, Value table, Value y, Rotary rotary, int headDim) : RowOperation([x, table], [y])
{
    /// <inheritdoc/>
    public override string Description => $"rope {rotary.Dimensions} of {headDim}{(rotary.Interleaved ? " interleaved" : "")}";

    /// <inheritdoc/>
    protected override void RunRow(Executor executor, int row)
    {
        ReadOnlySpan<float> angles = executor.Row(Inputs[1], row);
        Span<float> output = executor.Row(Output, row);
        executor.Row(Inputs[0], row).CopyTo(output);
        int pairs = rotary.Dimensions / 2;
        for (int at = 0; at < output.Length; at += headDim)
            executor.Kernels.Rotate(output.Slice(at, headDim), angles[..pairs], angles[pairs..], rotary.Interleaved);
    }
}
