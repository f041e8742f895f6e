using Bloomery.Models.Execution;
using Bloomery.Models.Planning;
using Bloomery.Numerics.Threading;

namespace Bloomery.Models.Operations;

/// <summary>An operation whose rows are independent: divided among the workers when there are enough of them.</summary>
internal abstract class RowOperation(IReadOnlyList<Value> inputs, IReadOnlyList<Value> outputs) : Operation(inputs, outputs), IRangeJob
{
    // A handful of microseconds of element-wise work: less is not worth a barrier.
    private const int ElementsPerChunk = 16384;
    private Executor? _executor;

    /// <inheritdoc/>
    public sealed override void Run(Executor executor)
    {
        _executor = executor;
        Prepare(executor);
        int rows = executor.RowCount(Output);
        executor.Divide(this, rows, Math.Max(1, ElementsPerChunk / Output.Columns));
        _executor = null;
    }

    void IRangeJob.Run(int begin, int end, int worker)
    {
        Executor executor = _executor!;
        for (int row = begin; row < end; row++) RunRow(executor, row);
    }

    /// <summary>Is called once before the rows.</summary>
    protected virtual void Prepare(Executor executor)
    {
    }

    /// <summary>Does one row.</summary>
    protected abstract void RunRow(Executor executor, int row);
}
