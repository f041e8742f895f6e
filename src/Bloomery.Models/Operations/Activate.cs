using Bloomery.Models.Execution;
using Bloomery.Models.Planning;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Operations;

/// <summary>y = f(x).</summary>
internal sealed class Activate(Value x, Value y, Activation f) : RowOperation([x], [y])
{
    /// <inheritdoc/>
    public override string Description => $"{f}";

    /// <inheritdoc/>
    protected override void RunRow(Executor executor, int row) =>
        executor.Kernels.Activate(f, executor.Row(Inputs[0], row), executor.Row(Output, row));
}
