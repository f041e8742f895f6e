using Bloomery.Models.Execution;
using Bloomery.Models.Planning;
using Bloomery.Models.Weights;

namespace Bloomery.Models.Operations;

/// <summary>
/// Root-mean-square norm (arXiv 1910.07467) over a row, or over each group of its columns; the gain covers one group (shared) or all columns.
/// </summary>
internal sealed class RmsNorm(Value x, Value y, Weight norm, float epsilon, int groupSize) : RowOperation([x], [y])
{
    /// <inheritdoc/>
    public override string Description => $"rms-norm {norm.Name}{(groupSize > 0 ? $" by {groupSize}" : "")}";

    /// <inheritdoc/>
    protected override void RunRow(Executor executor, int row)
    {
        ReadOnlySpan<float> input = executor.Row(Inputs[0], row), gain = norm.Gain;
        Span<float> output = executor.Row(Output, row);
        int size = groupSize > 0 ? groupSize : input.Length;
        for (int at = 0; at < input.Length; at += size)
            executor.Kernels.RmsNorm(input.Slice(at, size), gain.Slice(gain.Length == size ? 0 : at, size), epsilon, output.Slice(at, size));
    }
}
