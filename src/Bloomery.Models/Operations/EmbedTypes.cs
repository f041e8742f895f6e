using Bloomery.Models.Execution;
using Bloomery.Models.Planning;
using Bloomery.Models.Weights;

namespace Bloomery.Models.Operations;

/// <summary>y[t] = table[token type[t]]: BERT's segments.</summary>
internal sealed class EmbedTypes(Value output, Weight table) : RowOperation([], [output])
{
    /// <inheritdoc/>
    public override string Description => $"embed types {table.Name}";

    /// <inheritdoc/>
    protected override void RunRow(Executor executor, int row)
    {
        int type = executor.Batch.TokenTypes[row];
        if ((uint)type >= (uint)table.Matrix.Rows) throw new ArgumentException($"token type {type} is not one of the model's {table.Matrix.Rows}");
        table.Matrix.Dequantize(type, 1, executor.Row(Output, row));
    }
}
