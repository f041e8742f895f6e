using Bloomery.Models.Execution;
using Bloomery.Models.Planning;
using Bloomery.Models.Weights;

namespace Bloomery.Models.Operations;

/// <summary>
/// y[t] = table[padding + number of tokens up to t that are no padding], and table[padding] for padding in the text: RoBERTa's positions (arXiv 1907.11692). A
/// sequence is run whole.
/// </summary>
internal sealed class EmbedCountedPositions(Value output, Weight table, int padding) : RowOperation([], [output])
{
    private int[] _rows = [];

    /// <inheritdoc/>
    public override string Description => $"embed counted positions {table.Name}";

    /// <inheritdoc/>
    protected override void Prepare(Executor executor)
    {
        ReadOnlySpan<int> tokens = executor.Batch.Tokens;
        if (_rows.Length < tokens.Length) _rows = new int[Math.Max(tokens.Length, 2 * _rows.Length)];
        foreach (BatchSequence sequence in executor.Batch.Sequences)
        {
            int count = 0;
            for (int row = sequence.RowBegin; row < sequence.RowBegin + sequence.RowCount; row++)
                _rows[row] = tokens[row] == padding ? padding : padding + ++count;
        }
    }

    /// <inheritdoc/>
    protected override void RunRow(Executor executor, int row)
    {
        if (_rows[row] >= table.Matrix.Rows)
            throw new ArgumentException($"token {_rows[row] - padding} is beyond the model's context of {table.Matrix.Rows - padding - 1} learned positions");
        table.Matrix.Dequantize(_rows[row], 1, executor.Row(Output, row));
    }
}
