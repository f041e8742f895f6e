using Bloomery.Models.Execution;
using Bloomery.Models.Planning;

namespace Bloomery.Models.Operations;

/// <summary>y = a + b.</summary>
internal sealed class Add(Value a, Value b, Value y) : RowOperation([a, b], [y])
{
    /// <inheritdoc/>
    public override string Description => "add";

    /// <inheritdoc/>
    protected override void RunRow(Executor executor, int row) =>
        executor.Kernels.Add(executor.Row(Inputs[0], row), executor.Row(Inputs[1], row), executor.Row(Output, row));
}
