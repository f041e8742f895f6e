using System.Diagnostics;
using Bloomery.Models.KvCache;
using Bloomery.Models.Planning;
using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Memory;
using Bloomery.Numerics.Threading;

namespace Bloomery.Models.Execution;

/// <summary>Runs a plan over batches: owns the arena of activations and the workers' scratch. One batch at a time.</summary>
internal sealed class Executor : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Func<string, long, NativeBuffer> _allocate;
    private NativeBuffer? _tokenRegion, _wantedRegion, _scratch;
    private int _rowCapacity, _wantedCapacity, _scratchBytes;
    private CancellationToken _cancellation;
    private bool _disposed;

    /// <summary>Prepares to run <paramref name="plan"/>.</summary>
    /// <param name="plan">What is run.</param>
    /// <param name="kernels">The arithmetic.</param>
    /// <param name="team">The threads.</param>
    /// <param name="allocate">Where memory comes from, by owner and bytes; null: the system.</param>
    public Executor(Plan plan, KernelSet kernels, WorkerTeam team, Func<string, long, NativeBuffer>? allocate = null)
    {
        (Plan, Kernels, Team) = (plan, kernels, team);
        _allocate = allocate ?? ((owner, bytes) => new NativeBuffer(owner, bytes));
    }

    /// <summary>What is run.</summary>
    public Plan Plan { get; }

    /// <summary>The arithmetic.</summary>
    public KernelSet Kernels { get; }

    /// <summary>The threads.</summary>
    public WorkerTeam Team { get; }

    /// <summary>The batch of the current or last run.</summary>
    public Batch Batch { get; private set; } = new();

    /// <summary>Is told of each operation when it has been run, on the thread that runs the plan.</summary>
    public Action<Operation>? Observer { get; set; }

    /// <summary>Runs the plan. Caches advance if it succeeds, and stay as they were if it fails or is cancelled.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled: no further operation was begun, nor any further part of the one under way.</exception>
    /// <exception cref="InvalidOperationException">Another run is under way.</exception>
    public void Run(Batch batch, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(batch.Rows);
        if (!_gate.TryEnter()) throw new InvalidOperationException("a run of this model is under way: it takes one batch at a time");
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            cancellation.ThrowIfCancellationRequested();
            Reserve(batch.Rows, batch.WantedCount);
            (Batch, _cancellation) = (batch, cancellation);
            RunSteps(batch);
        }
        finally
        {
            _cancellation = default;
            _gate.Exit();
        }
    }

    /// <summary>Divides a job of the current run among the workers. Once the run is cancelled, no further chunk is begun.</summary>
    public void Divide(IRangeJob job, int count, int chunk) => Team.Run(job, count, chunk, _cancellation);

    /// <summary>The rows of a value: (rows, columns).</summary>
    public Span<float> Rows(Value value)
    {
        bool tokens = value.Rows == RowKind.Tokens;
        int rows = tokens ? Batch.Rows : Batch.WantedCount, capacity = tokens ? _rowCapacity : _wantedCapacity;
        if (rows == 0) return [];
        Debug.Assert(rows <= capacity, "the arena was not made for so many rows");
        return (tokens ? _tokenRegion! : _wantedRegion!).Span<float>((long)Plan.Layout.Offset(value) * capacity * sizeof(float), checked(rows * value.Columns));
    }

    /// <summary>One row of a value.</summary>
    public Span<float> Row(Value value, int row) => Rows(value).Slice(row * value.Columns, value.Columns);

    /// <summary>Number of rows of a value in the current batch.</summary>
    public int RowCount(Value value) => value.Rows == RowKind.Tokens ? Batch.Rows : Batch.WantedCount;

    /// <summary>The scratch of one worker.</summary>
    public Span<byte> Scratch(int worker) => _scratch!.Span<byte>((long)worker * _scratchBytes, _scratchBytes);

    /// <summary>A result of the last run by its name; row i is wanted row i (or token i, for results of every token).</summary>
    /// <exception cref="KeyNotFoundException">The plan has no such result.</exception>
    public Span<float> Output(string name) => Rows(Plan.Outputs[name]);

    /// <summary>Waits for the run that is under way and frees the memory; later runs fail.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _tokenRegion?.Dispose();
            _wantedRegion?.Dispose();
            _scratch?.Dispose();
        }
    }

    private void RunSteps(Batch batch)
    {
        bool done = false;
        try
        {
            BeginStores(batch);
            foreach (Operation operation in Plan.Steps)
            {
                _cancellation.ThrowIfCancellationRequested();
                operation.Run(this);
                Observer?.Invoke(operation);
            }
            done = true;
        }
        finally
        {
            EndStores(batch, done);
        }
    }

    /// <summary>Makes room. What there is stays until its successor is there: a system without memory costs this run, not the ones after it.</summary>
    private void Reserve(int rows, int wanted)
    {
        if (rows > _rowCapacity)
        {
            int capacity = RoundUp(rows, RowKind.Tokens), scratchBytes = 0;
            foreach (Operation operation in Plan.Operations) scratchBytes = Math.Max(scratchBytes, operation.ScratchBytes(this, capacity));
            scratchBytes = checked(scratchBytes + 127) / 64 * 64;
            NativeBuffer region = _allocate("activations", checked((long)Plan.Layout.TokenColumns * capacity * sizeof(float)));
            NativeBuffer scratch;
            try
            {
                scratch = _allocate("scratch", (long)scratchBytes * Team.Threads);
            }
            catch
            {
                region.Dispose();
                throw;
            }
            Replace(ref _tokenRegion, region);
            Replace(ref _scratch, scratch);
            (_rowCapacity, _scratchBytes) = (capacity, scratchBytes);
        }
        if (wanted > _wantedCapacity)
        {
            int capacity = RoundUp(wanted, RowKind.Wanted);
            Replace(ref _wantedRegion, _allocate("outputs", checked((long)Plan.Layout.WantedColumns * capacity * sizeof(float))));
            _wantedCapacity = capacity;
        }
    }

    private static void Replace(ref NativeBuffer? buffer, NativeBuffer successor)
    {
        buffer?.Dispose();
        buffer = successor;
    }

    /// <summary>A multiple of 16 floats keeps every value on a 64-byte boundary.</summary>
    private int RoundUp(int rows, RowKind kind)
    {
        long capacity = (rows + 15L) / 16 * 16, widest = 0;
        foreach (Operation operation in Plan.Operations)
            foreach (Value value in operation.Outputs)
                if (value.Rows == kind) widest = Math.Max(widest, value.Columns);
        if (capacity * widest > int.MaxValue)
            throw new ArgumentException($"{rows} rows of {widest} numbers are more than one activation holds ({int.MaxValue}): run fewer tokens at a time");
        return (int)capacity;
    }

    private void BeginStores(Batch batch)
    {
        bool self = Plan.KvShape.Layers.Count > 0, cross = Plan.CrossShape.Layers.Count > 0 && Plan.WritesCross;
        foreach (BatchSequence s in batch.Sequences)
        {
            ReadOnlySpan<int> positions = batch.Positions.Slice(s.RowBegin, s.RowCount);
            if (self) (s.Store ?? throw new ArgumentException("this plan needs a cache for each sequence")).Begin(positions);
            if (cross) (s.Cross ?? throw new ArgumentException("this plan needs a cross-attention cache for each sequence")).Begin(positions);
        }
    }

    private static void EndStores(Batch batch, bool commit)
    {
        foreach (BatchSequence s in batch.Sequences)
        {
            End(s.Store, commit);
            End(s.Cross, commit);
        }

        static void End(KvStore? store, bool commit)
        {
            if (store is null) return;
            if (commit) store.Commit();
            else store.Rollback();
        }
    }
}
