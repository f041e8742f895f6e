using Bloomery.Models.Execution;
using Bloomery.Models.Planning;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Threading;

namespace Bloomery.Models.Operations;

/// <summary>
/// For each head a linear layer of its own: y[t, head] = W[head] x[t, head] (the absorbed projections of latent attention, arXiv 2405.04434).
/// </summary>
internal sealed class HeadLinear(Value x, Value y, Weight stack) : Operation([x], [y]), IRangeJob
{
    private Executor? _executor;

    /// <inheritdoc/>
    public override string Description => $"head-linear {stack.Name} x {stack.Matrices.Count}";

    /// <inheritdoc/>
    public override long WeightBytes => stack.ByteLength;

    /// <inheritdoc/>
    public override long FlopsPerRow => 2L * stack.Matrices.Count * stack.Matrix.Rows * stack.Matrix.Columns;

    /// <inheritdoc/>
    public override int ScratchBytes(Executor executor, int rows) => executor.Kernels.MatMulScratchBytes(stack.Matrix, 1);

    /// <inheritdoc/>
    public override void Run(Executor executor)
    {
        _executor = executor;
        executor.Divide(this, stack.Matrices.Count, 1);
        _executor = null;
    }

    void IRangeJob.Run(int begin, int end, int worker)
    {
        Executor executor = _executor!;
        int rows = executor.RowCount(Output);
        for (int head = begin; head < end; head++)
        {
            Matrix matrix = stack.Matrices[head];
            for (int t = 0; t < rows; t++)
            {
                ReadOnlySpan<float> input = executor.Row(Inputs[0], t).Slice(head * matrix.Columns, matrix.Columns);
                Span<float> output = executor.Row(Output, t).Slice(head * matrix.Rows, matrix.Rows);
                executor.Kernels.MatMul(matrix, input, output, 1, 0, matrix.Rows, executor.Scratch(worker));
            }
        }
    }
}
