using Bloomery.Models.KvCache;
using Bloomery.Models.Planning;
using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Memory;
using Bloomery.Numerics.Threading;

namespace Bloomery.Models.Execution;

/// <summary>Runs a plan over batches: owns the arena of activations and the workers' scratch. One batch at a time.</summary>
internal sealed class Executor : IDisposable
{
    private NativeBuffer? _tokenRegion, _wantedRegion, _scratch;
    private int _rowCapacity, _wantedCapacity, _scratchBytes;

    /// <summary>Prepares to run <paramref name="plan"/>.</summary>
    public Executor(Plan plan, KernelSet kernels, WorkerTeam team) => (Plan, Kernels, Team) = (plan, kernels, team);

    /// <summary>What is run.</summary>
    public Plan Plan { get; }

    /// <summary>The arithmetic.</summary>
    public KernelSet Kernels { get; }

    /// <summary>The threads.</summary>
    public WorkerTeam Team { get; }

    /// <summary>The batch of the current or last run.</summary>
    public Batch Batch { get; private set; } = new();

    /// <summary>Runs the plan. Caches advance if it succeeds, and stay as they were if it fails.</summary>
    public void Run(Batch batch)
    {
        ArgumentOutOfRangeException.ThrowIfZero(batch.Rows);
        Batch = batch;
        Reserve(batch.Rows, batch.WantedCount);
        bool done = false;
        try
        {
            BeginStores(batch);
            foreach (Operation operation in Plan.Steps) operation.Run(this);
            done = true;
        }
        finally
        {
            EndStores(batch, done);
        }
    }

    /// <summary>The rows of a value: (rows, columns).</summary>
    public Span<float> Rows(Value value)
    {
        bool tokens = value.Rows == RowKind.Tokens;
        int rows = tokens ? Batch.Rows : Batch.WantedCount, capacity = tokens ? _rowCapacity : _wantedCapacity;
        if (rows == 0) return [];
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

    /// <inheritdoc/>
    public void Dispose()
    {
        _tokenRegion?.Dispose();
        _wantedRegion?.Dispose();
        _scratch?.Dispose();
    }

    private void Reserve(int rows, int wanted)
    {
        if (rows > _rowCapacity)
        {
            _tokenRegion?.Dispose();
            _rowCapacity = RoundUp(rows); // a multiple of 16 floats keeps every value on a 64-byte boundary
            _tokenRegion = new NativeBuffer("activations", (long)Plan.Layout.TokenColumns * _rowCapacity * sizeof(float));
            _scratchBytes = 0;
            foreach (Operation operation in Plan.Operations) _scratchBytes = Math.Max(_scratchBytes, operation.ScratchBytes(this, _rowCapacity));
            _scratchBytes = (_scratchBytes + 127) / 64 * 64;
            _scratch?.Dispose();
            _scratch = new NativeBuffer("scratch", (long)_scratchBytes * Team.Threads);
        }
        if (wanted > _wantedCapacity)
        {
            _wantedRegion?.Dispose();
            _wantedCapacity = RoundUp(wanted);
            _wantedRegion = new NativeBuffer("outputs", (long)Plan.Layout.WantedColumns * _wantedCapacity * sizeof(float));
        }
    }

    private static int RoundUp(int rows) => checked(rows + 15) / 16 * 16;

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
