using Bloomery.Models.Execution;
using Bloomery.Models.Planning;

namespace Bloomery.Models.Operations;

/// <summary>y = x clamped to +-limit.</summary>
internal sealed class Clamp(Value x, Value y, float limit) : RowOperation([x], [y])
{
    /// <inheritdoc/>
    public override string Description => $"clamp {limit}";

    /// <inheritdoc/>
    protected override void RunRow(Executor executor, int row) =>
        executor.Kernels.Clamp(executor.Row(Inputs[0], row), limit, executor.Row(Output, row));
}
