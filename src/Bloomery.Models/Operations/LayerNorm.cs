using Bloomery.Models.Execution;
using Bloomery.Models.Planning;
using Bloomery.Models.Weights;

namespace Bloomery.Models.Operations;

/// <summary>
/// Layer norm (arXiv 1607.06450) over a row, or over each group of its columns; gain and bias cover one group (shared) or all columns, or are absent.
/// </summary>
internal sealed class LayerNorm(Value x, Value y, Weight? norm, float epsilon, int groupSize) : RowOperation([x], [y])
{
    /// <inheritdoc/>
    public override string Description => $"layer-norm {norm?.Name ?? "(no weight)"}{(groupSize > 0 ? $" by {groupSize}" : "")}";

    /// <inheritdoc/>
    protected override void RunRow(Executor executor, int row)
    {
        ReadOnlySpan<float> input = executor.Row(Inputs[0], row), gain = norm?.Gain, bias = norm?.Bias;
        Span<float> output = executor.Row(Output, row);
        int size = groupSize > 0 ? groupSize : input.Length;
        for (int at = 0; at < input.Length; at += size)
            executor.Kernels.LayerNorm(input.Slice(at, size), Group(gain, at, size), Group(bias, at, size), epsilon, output.Slice(at, size));
    }

    private static ReadOnlySpan<float> Group(ReadOnlySpan<float> vector, int at, int size) =>
        vector.IsEmpty ? vector : vector.Slice(vector.Length == size ? 0 : at, size);
}
