using Bloomery.Models;
using Bloomery.Models.Execution;
using Bloomery.Models.KvCache;
using Bloomery.Models.Planning;
using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Memory;
using Bloomery.Numerics.Threading;
using Bloomery.Tests.Engine;

namespace Bloomery.Tests.Models.Execution;

/// <summary>What a run leaves behind when it does not come to its end: nothing.</summary>
public sealed class ExecutorTests
{
    private const int Rows = 24;
    private static readonly string[] Families = ["llama", "gemma3", "bloom", "mixtral"];

    public static TheoryData<string> Names { get; } = [.. Families];

    [SkippableTheory, MemberData(nameof(Names))]
    public void A_cancelled_run_begins_no_further_operation_and_leaves_the_cache_as_it_was(string name)
    {
        using Bench bench = new(name);
        float[] expected = bench.Run();
        int operations = bench.Executor.Plan.Operations.Count;
        foreach (int last in new[] { 0, 1, operations / 2, operations - 2 })
        {
            using CancellationTokenSource cancel = new();
            int begun = 0;
            bench.Executor.Observer = _ =>
            {
                if (begun++ == last) cancel.Cancel();
            };
            Assert.Throws<OperationCanceledException>(() => bench.Run(cancel.Token));
            Assert.Equal(last + 1, begun);
            bench.Executor.Observer = null;
            Assert.Equal(0, bench.Store.Length);
            Assert.Equal(expected, bench.Run());
        }
    }

    [SkippableTheory, MemberData(nameof(Names))]
    public void A_failed_run_takes_every_sequence_of_the_batch_back(string name)
    {
        using Bench bench = new(name);
        using KvStore other = bench.NewStore();
        float[] expected = bench.Run();
        bench.Fill(bench.Store, other);
        bench.Executor.Observer = operation =>
        {
            if (operation == bench.Executor.Plan.Operations[^2]) throw new InvalidOperationException("broken");
        };
        Assert.Throws<InvalidOperationException>(() => bench.Executor.Run(bench.Batch));
        bench.Executor.Observer = null;
        Assert.Equal((0, 0), (bench.Store.Length, other.Length));
        bench.Executor.Run(bench.Batch);
        Assert.Equal((Rows, Rows), (bench.Store.Length, other.Length));
        Assert.Equal(expected, bench.Executor.Output("logits").ToArray()[..expected.Length]);
        Assert.Equal(expected, bench.Executor.Output("logits").ToArray()[expected.Length..]);
    }

    [SkippableTheory]
    [InlineData("llama", "activations")]
    [InlineData("llama", "scratch")]
    [InlineData("llama", "outputs")]
    [InlineData("mixtral", "activations")]
    [InlineData("gemma3", "scratch")]
    [InlineData("bloom", "outputs")]
    public void A_lack_of_memory_costs_one_run(string name, string owner)
    {
        List<NativeBuffer> made = [];
        string? missing = null;
        NativeBuffer Allocate(string who, long bytes)
        {
            if (who == missing) throw new OutOfMemoryException();
            NativeBuffer buffer = new(who, bytes);
            made.Add(buffer);
            return buffer;
        }
        using (Bench bench = new(name, Allocate))
        {
            float[] few = bench.Run(rows: 2);
            missing = owner;
            for (int again = 0; again < 2; again++)
            {
                Assert.Throws<OutOfMemoryException>(() => bench.Run(rows: 40));
                Assert.Equal(0, bench.Store.Length);
                Assert.Equal(few, bench.Run(rows: 2));
            }
            missing = null;
            using Bench fresh = new(name);
            Assert.Equal(fresh.Run(rows: 40), bench.Run(rows: 40));
            Assert.Equal(few, bench.Run(rows: 2));
            Assert.Equal(3, made.Count(buffer => !buffer.IsClosed));
        }
        Assert.All(made, buffer => Assert.True(buffer.IsClosed));
    }

    /// <summary>The second page is missing: neither this step nor a copy leaves half of itself behind.</summary>
    [SkippableTheory]
    [InlineData("llama")]
    [InlineData("bloom")]
    public void A_lack_of_pages_costs_one_run(string name)
    {
        using Bench bench = new(name);
        bool missing = false;
        NativeBuffer Allocate(string who, long bytes) => missing ? throw new OutOfMemoryException() : new NativeBuffer(who, bytes);
        using PagedKvStore store = new(bench.Executor.Plan.KvShape, KvType.F16, KvType.F16, 1, Allocate), copy = new(bench.Executor.Plan.KvShape, KvType.F16,
            KvType.F16, 1, Allocate);
        bench.Fill(store);
        bench.Executor.Run(bench.Batch);
        missing = true;
        Assert.Throws<OutOfMemoryException>(() => Append(store, PagedKvStore.SlotsPerPage));
        Assert.Equal(Rows, store.Length);
        missing = false;
        float[] logits = Append(store, PagedKvStore.SlotsPerPage);
        missing = true;
        Assert.Throws<OutOfMemoryException>(() => copy.CopyFrom(store));
        Assert.Equal(0, copy.Length);
        missing = false;
        copy.CopyFrom(store);
        Assert.Equal(Append(store, 1), Append(copy, 1));
        using PagedKvStore fresh = new(bench.Executor.Plan.KvShape, KvType.F16, KvType.F16);
        bench.Fill(fresh);
        bench.Executor.Run(bench.Batch);
        Assert.Equal(logits, Append(fresh, PagedKvStore.SlotsPerPage));

        float[] Append(KvStore to, int rows)
        {
            bench.Batch.Clear();
            bench.Batch.BeginSequence(to);
            for (int i = 0; i < rows; i++) bench.Batch.Add(3 + i % 40, to.Length + i, wanted: i == rows - 1);
            bench.Executor.Run(bench.Batch);
            return bench.Executor.Output("logits").ToArray();
        }
    }

    [SkippableFact]
    public void Runs_do_not_overlap_and_none_begins_after_the_end()
    {
        using Bench bench = new("llama");
        float[] expected = bench.Run();
        bool refused = false;
        bench.Executor.Observer = _ =>
        {
            bench.Executor.Observer = null;
            Thread other = new(() => refused = Record.Exception(() => bench.Executor.Run(bench.Batch)) is InvalidOperationException);
            other.Start();
            other.Join();
        };
        Assert.Equal(expected, bench.Run());
        Assert.True(refused);
        bench.Executor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => bench.Run());
        Assert.Equal(0, bench.Store.Length);
    }

    [SkippableFact]
    public void Disposal_waits_for_the_run()
    {
        using Bench bench = new("llama");
        float[] expected = bench.Run();
        Thread? other = null;
        bench.Executor.Observer = _ =>
        {
            if (other is not null) return;
            other = new Thread(bench.Executor.Dispose);
            other.Start();
        };
        bench.Fill(bench.Store);
        bench.Executor.Run(bench.Batch); // every buffer is there to the end
        other!.Join();
        Assert.Equal(Rows, bench.Store.Length);
        Assert.NotEmpty(expected);
    }

    [Fact]
    public void A_cleared_batch_holds_no_cache()
    {
        Batch batch = new();
        WeakReference gone = Fill(batch);
        batch.Clear();
        GC.Collect();
        Assert.False(gone.IsAlive);
        Assert.Equal(0, batch.SequenceCount);
        GC.KeepAlive(batch);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static WeakReference Fill(Batch batch)
        {
            PagedKvStore store = new(new KvShape([new KvLayerShape(1, 4, 4)]), KvType.F32, KvType.F32);
            batch.BeginSequence(store);
            batch.Add(1, 0, wanted: true);
            store.Dispose();
            return new WeakReference(store);
        }
    }

    /// <summary>A small model with an executor of its own.</summary>
    private sealed class Bench : IDisposable
    {
        private readonly LoadedModel _model;
        private readonly WorkerTeam _team = new(2);

        public Bench(string name, Func<string, long, NativeBuffer>? allocate = null)
        {
            SmallModels.NeedGolden(name);
            KernelSet kernels = KernelTiers.Detect().Kernels;
            _model = LoadedModel.Load(SmallModels.Golden(name), kernels);
            Executor = new Executor(_model.Plan(PlanRole.Decoder), kernels, _team, allocate);
            Store = NewStore();
        }

        public Executor Executor { get; }

        public KvStore Store { get; }

        public Batch Batch { get; } = new();

        public KvStore NewStore() => new PagedKvStore(Executor.Plan.KvShape, KvType.F16, KvType.F16);

        /// <summary>The logits of the first tokens of an empty cache; it is empty again afterwards.</summary>
        public float[] Run(CancellationToken cancellation = default, int rows = Rows)
        {
            Fill(rows, Store);
            Executor.Run(Batch, cancellation);
            float[] logits = Executor.Output("logits").ToArray();
            Store.Truncate(0);
            return logits;
        }

        public void Fill(params KvStore[] stores) => Fill(Rows, stores);

        public void Dispose()
        {
            Executor.Dispose();
            Store.Dispose();
            _team.Dispose();
            _model.Dispose();
        }

        private void Fill(int rows, params KvStore[] stores)
        {
            Batch.Clear();
            foreach (KvStore store in stores)
            {
                Batch.BeginSequence(store);
                for (int i = 0; i < rows; i++) Batch.Add(3 + i * 7 % 50, i, wanted: rows < 30 || i % 2 == 0);
            }
        }
    }
}
