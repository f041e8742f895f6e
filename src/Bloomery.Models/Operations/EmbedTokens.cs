using Bloomery.Models.Execution;
using Bloomery.Models.Planning;
using Bloomery.Models.Weights;

namespace Bloomery.Models.Operations;

/// <summary>y[t] = table[token[t]] * scale, or the vector that the batch gives in its place.</summary>
internal sealed class EmbedTokens(Value output, Weight table, float scale, bool scaleVectors) : RowOperation([], [output])
{
    /// <inheritdoc/>
    public override string Description => $"embed {table.Name}";

    /// <inheritdoc/>
    protected override void RunRow(Executor executor, int row)
    {
        Span<float> y = executor.Row(Output, row);
        int token = executor.Batch.Tokens[row];
        if (token < 0) executor.Batch.Vector(row, y.Length).CopyTo(y);
        else if (token < table.Matrix.Rows) table.Matrix.Dequantize(token, 1, y);
        else throw new ArgumentException($"token id {token} is outside the vocabulary of {table.Matrix.Rows}");
        if (scale != 1 && (token >= 0 || scaleVectors)) executor.Kernels.Scale(y, scale, y);
    }
}
