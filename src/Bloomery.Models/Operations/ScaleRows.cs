using Bloomery.Models.Execution;
using Bloomery.Models.Planning;

namespace Bloomery.Models.Operations;

/// <summary>y[t] = x[t] * sigmoid(gate[t]), one gate a row (the shared expert of Qwen2-MoE).</summary>
internal sealed class ScaleRows(Value x, Value gate, Value y) : RowOperation([x, gate], [y])
{
    /// <inheritdoc/>
    public override string Description => "scale rows by sigmoid";

    /// <inheritdoc/>
    protected override void RunRow(Executor executor, int row)
    {
        float factor = 1 / (1 + MathF.Exp(-executor.Row(Inputs[1], row)[0]));
        executor.Kernels.Scale(executor.Row(Inputs[0], row), factor, executor.Row(Output, row));
    }
}
