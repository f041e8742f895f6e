using Bloomery.Models.Execution;
using Bloomery.Models.Planning;

namespace Bloomery.Models.Operations;

/// <summary>For each head, its columns of a followed by its columns of b.</summary>
internal sealed class ConcatHeads(Value a, Value b, Value y, int heads) : RowOperation([a, b], [y])
{
    /// <inheritdoc/>
    public override string Description => $"concat {heads} heads";

    /// <inheritdoc/>
    protected override void RunRow(Executor executor, int row)
    {
        ReadOnlySpan<float> left = executor.Row(Inputs[0], row), right = executor.Row(Inputs[1], row);
        Span<float> output = executor.Row(Output, row);
        int l = left.Length / heads, r = right.Length / heads;
        for (int h = 0; h < heads; h++)
        {
            left.Slice(h * l, l).CopyTo(output[(h * (l + r))..]);
            right.Slice(h * r, r).CopyTo(output[(h * (l + r) + l)..]);
        }
    }
}
