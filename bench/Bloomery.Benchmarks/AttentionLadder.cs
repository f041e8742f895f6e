using Bloomery.Numerics.Kernels;

namespace Bloomery.Benchmarks;

/// <summary>Attention of one kv head on one thread, at several depths: a decode step (3 query heads) and a block of 16 prompt tokens (48 rows).</summary>
internal static class AttentionLadder
{
    private const int Dim = 64;

    public static void Run(Options options)
    {
        int rounds = options.Number("rounds", 9), slots = options.Number("slots", 16);
        string[] tiers = options.List("tiers", string.Join(',', KernelTiers.Names.Where(n => KernelTiers.MissingFeature(n) is null && n != "reference")));
        Console.WriteLine($"1 thread; pages of {slots}; microseconds, GFLOP/s");
        Console.WriteLine($"{"rows",4} {"depth",6} {"type",5}  {string.Join("  ", tiers.Select(t => $"{t,-22}"))}");
        foreach (int rows in new[] { 3, 48 })
            foreach (int depth in options.Numbers("depths", "512,4096"))
                foreach (KvType type in new[] { KvType.F32, KvType.F16, KvType.Q8_0 })
                {
                    double[] seconds = Paired.Medians([.. tiers.Select(tier => Rival(KernelTiers.Create(tier), rows, depth, slots, type))], rounds,
                        options.Flag("cpu"));
                    double work = 4.0 * rows * depth * Dim;
                    Console.WriteLine($"{rows,4} {depth,6} {type,5}  "
                        + $"{string.Join("  ", seconds.Select(s => $"{s * 1e6,9:0.0} us {work / s / 1e9,6:0.0} GF"))}");
                }
    }

    private static Action Rival(KernelSet kernels, int rows, int depth, int slots, KvType type)
    {
        int rowBytes = KvLayout.RowBytes(type, Dim);
        byte[] cache = new byte[depth * rowBytes];
        float[] row = [.. Enumerable.Range(0, Dim).Select(i => MathF.Sin(i))];
        for (int i = 0; i < depth; i++) kernels.StoreKv(row, type, cache.AsSpan(i * rowBytes, rowBytes));
        int[] keys = [.. Enumerable.Range(0, depth)], queries = [.. Enumerable.Repeat(depth, rows)];
        float[] q = [.. Enumerable.Range(0, rows * Dim).Select(i => MathF.Cos(i))], max = new float[rows], sum = new float[rows],
            output = new float[rows * Dim];
        float[] scratch = new float[kernels.AttendScratchFloats(rows, Dim, Dim, slots)];
        return () =>
        {
            AttentionState state = new() { Max = max, Sum = sum, Output = output };
            state.Reset();
            AttentionTile tile = new() { Queries = q, Positions = queries, KeyDim = Dim, ValueDim = Dim, Scale = 0.125f, Before = AttentionTile.Unbounded,
                After = 1, AlibiScale = 1 };
            for (int page = 0; page < depth; page += slots)
            {
                ReadOnlySpan<byte> bytes = cache.AsSpan(page * rowBytes, slots * rowBytes);
                KvPage view = new() { Keys = bytes, Values = bytes, Positions = keys.AsSpan(page, slots), KeyType = type, ValueType = type };
                kernels.Attend(tile, view, state, scratch);
            }
            kernels.FinishAttention(state, Dim);
        };
    }
}
