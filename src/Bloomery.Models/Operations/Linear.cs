using Bloomery.Models.Execution;
using Bloomery.Models.Planning;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Threading;

namespace Bloomery.Models.Operations;

/// <summary>y = x W^T + b, the product scaled where the weight says so.</summary>
internal sealed class Linear : Operation, IRangeJob
{
    private readonly Weight _weight;
    private readonly Matrix _matrix;
    private Executor? _executor;

    /// <summary>Checks that the widths agree.</summary>
    /// <exception cref="ArgumentException">x has another width than the matrix.</exception>
    public Linear(Value x, Value y, Weight weight) : base([x], [y])
    {
        (_weight, _matrix) = (weight, weight.Matrix);
        if (x.Columns != _matrix.Columns) throw new ArgumentException($"{weight.Name} takes {_matrix.Columns} columns, not {x.Columns}");
    }

    /// <inheritdoc/>
    public override string Description => $"linear {_weight.Name} ({_matrix.Format.Name}{(_weight.Bias is null ? "" : ", bias")})";

    /// <inheritdoc/>
    public override long WeightBytes => _matrix.ByteLength;

    /// <inheritdoc/>
    public override long FlopsPerRow => 2L * _matrix.Rows * _matrix.Columns;

    /// <inheritdoc/>
    public override int ScratchBytes(Executor executor, int rows) => executor.Kernels.MatMulScratchBytes(_matrix, rows);

    /// <inheritdoc/>
    public override void Run(Executor executor)
    {
        int tokens = executor.RowCount(Output);
        if (tokens == 0) return;
        _executor = executor;
        executor.Divide(this, _matrix.Rows, executor.Kernels.MatMulRowChunk(_matrix, tokens));
        _executor = null;
    }

    void IRangeJob.Run(int begin, int end, int worker)
    {
        Executor executor = _executor!;
        int tokens = executor.RowCount(Output);
        Span<float> y = executor.Rows(Output);
        executor.Kernels.MatMul(_matrix, executor.Rows(Inputs[0]), y, tokens, begin, end, executor.Scratch(worker));
        if (_weight.Bias is null && _weight.Scales is null) return;
        for (int t = 0; t < tokens; t++)
        {
            Span<float> row = y.Slice(t * _matrix.Rows + begin, end - begin);
            if (_weight.Scales is { } scales) executor.Kernels.Scale(row, scales[0], row);
            if (_weight.Bias is { } bias) executor.Kernels.Add(row, bias.AsSpan(begin, end - begin), row);
        }
    }
}
