using Bloomery.Models.Execution;
using Bloomery.Models.Planning;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Operations;

/// <summary>y = f(gate) * up.</summary>
internal sealed class Gate(Value gate, Value up, Value y, Activation f) : RowOperation([gate, up], [y])
{
    /// <inheritdoc/>
    public override string Description => $"{f} gate";

    /// <inheritdoc/>
    protected override void RunRow(Executor executor, int row) =>
        executor.Kernels.Gate(f, executor.Row(Inputs[0], row), executor.Row(Inputs[1], row), executor.Row(Output, row));
}
