using Bloomery.Models.Execution;
using Bloomery.Models.Planning;
using Bloomery.Models.Weights;

namespace Bloomery.Models.Operations;

/// <summary>y[t] = table[position[t] + offset]: learned positions.</summary>
internal sealed class EmbedPositions(Value output, Weight table, int offset) : RowOperation([], [output])
{
    /// <inheritdoc/>
    public override string Description => $"embed positions {table.Name}";

    /// <inheritdoc/>
    protected override void RunRow(Executor executor, int row)
    {
        int position = executor.Batch.Positions[row] + offset;
        if ((uint)position >= (uint)table.Matrix.Rows)
            throw new ArgumentException(
                $"position {executor.Batch.Positions[row]} is beyond the model's context of {table.Matrix.Rows - offset} learned positions");
        table.Matrix.Dequantize(position, 1, executor.Row(Output, row));
    }
}
