using Bloomery.Models.Execution;
using Bloomery.Models.Planning;

namespace Bloomery.Models.Operations;

/// <summary>y = x * factor.</summary>
internal sealed class Scale(Value x, Value y, float factor) : RowOperation([x], [y])
{
    /// <inheritdoc/>
    public override string Description => $"scale {factor}";

    /// <inheritdoc/>
    protected override void RunRow(Executor executor, int row) =>
        executor.Kernels.Scale(executor.Row(Inputs[0], row), factor, executor.Row(Output, row));
}
