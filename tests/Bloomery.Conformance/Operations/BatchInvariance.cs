using Bloomery.Models.Execution;
using Bloomery.Models.KvCache;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Threading;

namespace Bloomery.Conformance.Operations;

/// <summary>A layer gives a row the same bits whatever shares its run: slices of any size, other sequences, any number of threads.</summary>
public class BatchInvariance
{
    private const int Tokens = 150, Hidden = Bench.Columns;
    private static readonly int[] Windows = [3, 16, 50, AttentionTile.Unbounded];

    private static readonly Dictionary<string, AttentionSpec> Kinds = new()
    {
        ["groups"] = new() { Heads = 4, KvHeads = 2, KeyDim = 8, ValueDim = 8, Scale = 0.4f },
        ["alibi"] = new() { Heads = 4, KvHeads = 4, KeyDim = 8, ValueDim = 8, Scale = 0.4f, Slopes = [0.5f, 0.25f, 0.125f, 0.0625f], RoundAlibi = true },
        ["soft cap"] = new() { Heads = 4, KvHeads = 1, KeyDim = 8, ValueDim = 8, Scale = 0.4f, SoftCap = 2 },
    };

    public static TheoryData<string, string> Rows()
    {
        TheoryData<string, string> rows = [];
        foreach (string tier in Tiers.Names)
            foreach (string kind in Kinds.Keys) rows.Add(tier, kind);
        return rows;
    }

    [SkippableTheory, MemberData(nameof(Rows))]
    public void Slices_neighbours_and_threads_change_no_bit(string tier, string kind)
    {
        KernelSet kernels = Tiers.Get(tier);
        using Bench bench = new(kernels, 1);
        using WorkerTeam one = new(1), many = new(5);
        foreach (int window in Windows)
        {
            Plan plan = bench.Plan(Layer(bench, Kinds[kind] with { Before = window }));
            float[] whole = Run(plan, kernels, one, Tokens, 0);
            foreach (int slice in new[] { 1, 2, 7, 13, 64, 100 })
                foreach (int neighbours in new[] { 0, 2 })
                    foreach (WorkerTeam team in new[] { one, many })
                        Numbers.Identical(whole, Run(plan, kernels, team, slice, neighbours),
                            $"{tier}, {kind}, window {window}, slices of {slice} beside {neighbours} others on {team.Threads} threads");
        }
    }

    private static Func<Ops, Value, Value> Layer(Bench bench, AttentionSpec spec) => (ops, x) =>
    {
        Rotary rotary = new(8, new RopeScaling());
        int queries = spec.Heads * spec.KeyDim, keys = spec.KvHeads * spec.KeyDim;
        Value normed = ops.RmsNorm(x, new Weight("norm", null, Numbers.Normal(Hidden, 1), null), 1e-5f);
        Value q = ops.Rope(ops.Linear(normed, bench.Weight(Numbers.Normal(queries * Hidden, 2, 0.3f), Hidden, "q8_0")), rotary, 8);
        Value k = ops.Rope(ops.Linear(normed, bench.Weight(Numbers.Normal(keys * Hidden, 3, 0.3f), Hidden, "q4_1")), rotary, 8);
        Value v = ops.Linear(normed, bench.Weight(Numbers.Normal(keys * Hidden, 4, 0.3f), Hidden, "f16"));
        x = ops.Add(x, ops.Linear(ops.Attention(q, k, v, spec), bench.Weight(Numbers.Normal(queries * Hidden, 5, 0.3f), queries)));
        Value router = ops.Linear(x, bench.Weight(Numbers.Normal(4 * Hidden, 6), Hidden));
        Value mixed = ops.Experts(x, router, new ExpertSpec { Experts = 4, Used = 2, Normalize = true },
            bench.Stack(Numbers.Normal(4 * 24 * Hidden, 7, 0.3f), 4, Hidden), bench.Stack(Numbers.Normal(4 * 24 * Hidden, 8, 0.3f), 4, Hidden),
                bench.Stack(Numbers.Normal(4 * Hidden * 24, 9, 0.3f), 4, 24));
        return ops.Add(x, mixed);
    };

    /// <summary>(Tokens, hidden) of a text that is run in slices, in batches with other texts before and behind it.</summary>
    private static float[] Run(Plan plan, KernelSet kernels, WorkerTeam team, int slice, int neighbours)
    {
        using Executor executor = new(plan, kernels, team);
        KvStore[] stores = [.. Enumerable.Range(0, 1 + neighbours).Select(_ => new PagedKvStore(plan.KvShape, KvType.F16, KvType.F16))];
        float[] result = new float[Tokens * Hidden];
        Batch batch = new();
        for (int from = 0; from < Tokens; from += slice)
        {
            batch.Clear();
            int count = Math.Min(slice, Tokens - from), mine = neighbours / 2, begin = 0;
            for (int s = 0; s < stores.Length; s++)
            {
                if (s == mine) begin = batch.Rows;
                batch.BeginSequence(stores[s]);
                int first = stores[s].Length;
                for (int i = 0; i < (s == mine ? count : 3); i++) batch.Add(((first + i) * 7 + 10 + s - mine) % 10, first + i, wanted: true);
            }
            executor.Run(batch);
            executor.Output("y").Slice(begin * Hidden, count * Hidden).CopyTo(result.AsSpan(from * Hidden));
        }
        foreach (KvStore store in stores) store.Dispose();
        return result;
    }
}
