using Bloomery.Models.Execution;
using Bloomery.Models.Planning;

namespace Bloomery.Models.Operations;

/// <summary>y = cap * tanh(x / cap).</summary>
internal sealed class SoftCap(Value x, Value y, float cap) : RowOperation([x], [y])
{
    /// <inheritdoc/>
    public override string Description => $"soft-cap {cap}";

    /// <inheritdoc/>
    protected override void RunRow(Executor executor, int row) =>
        executor.Kernels.SoftCap(executor.Row(Inputs[0], row), cap, executor.Row(Output, row));
}
