using Bloomery.Models.Execution;
using Bloomery.Models.Planning;

namespace Bloomery.Models.Operations;

/// <summary>y[i] = x[wanted[i]].</summary>
internal sealed class SelectRows(Value x, Value y) : RowOperation([x], [y])
{
    /// <inheritdoc/>
    public override string Description => "select wanted rows";

    /// <inheritdoc/>
    protected override void RunRow(Executor executor, int row) =>
        executor.Row(Inputs[0], executor.Batch.Wanted[row]).CopyTo(executor.Row(Output, row));
}
