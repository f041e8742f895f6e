using Bloomery.Models.Execution;

namespace Bloomery.Models.Planning;

/// <summary>One step of a plan: what it reads, what it writes, and how it is run on whichever kernels the executor holds. One file each.</summary>
/// <remarks>The scalar specification of an operation is its <see cref="Run"/> on the reference kernels.</remarks>
internal abstract class Operation(IReadOnlyList<Value> inputs, IReadOnlyList<Value> outputs)
{
    /// <summary>Activations that are read.</summary>
    public IReadOnlyList<Value> Inputs { get; } = inputs;

    /// <summary>Activations that are written: the result first, then working space that nobody else reads.</summary>
    public IReadOnlyList<Value> Outputs { get; } = outputs;

    /// <summary>The result.</summary>
    public Value Output => Outputs[0];

    /// <summary>What the operation does, in a few words, for <c>inspect --plan</c>.</summary>
    public abstract string Description { get; }

    /// <summary>Bytes of weights that one run reads.</summary>
    public virtual long WeightBytes => 0;

    /// <summary>Multiply-adds for each row, times two.</summary>
    public virtual long FlopsPerRow => 0;

    /// <summary>Bytes of scratch that each worker needs for batches of up to <paramref name="rows"/> rows.</summary>
    public virtual int ScratchBytes(Executor executor, int rows) => 0;

    /// <summary>Does the work for the executor's current batch.</summary>
    public abstract void Run(Executor executor);
}
