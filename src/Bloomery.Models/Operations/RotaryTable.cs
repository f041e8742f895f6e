using Bloomery.Models.Execution;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;

namespace Bloomery.Models.Operations;

/// <summary>y[t] = the cosines, then the sines, of every pair's angle at position[t]; made once a batch for all layers.</summary>
internal sealed class RotaryTable(Value output, Rotary rotary) : Operation([], [output])
{
    /// <inheritdoc/>
    public override string Description => $"rotary table ({rotary.Dimensions} dimensions)";

    /// <inheritdoc/>
    public override void Run(Executor executor)
    {
        ReadOnlySpan<int> positions = executor.Batch.Positions;
        foreach (BatchSequence sequence in executor.Batch.Sequences)
        {
            int length = sequence.RopeLength;
            for (int row = sequence.RowBegin; row < sequence.RowBegin + sequence.RowCount; row++) length = Math.Max(length, positions[row] + 1);
            float[] frequencies = rotary.Frequencies(length);
            for (int row = sequence.RowBegin; row < sequence.RowBegin + sequence.RowCount; row++)
            {
                Span<float> y = executor.Row(Output, row);
                for (int j = 0; j < frequencies.Length; j++)
                {
                    (float sin, float cos) = MathF.SinCos(positions[row] * frequencies[j]);
                    y[j] = cos * rotary.AttentionFactor;
                    y[frequencies.Length + j] = sin * rotary.AttentionFactor;
                }
            }
        }
    }
}
