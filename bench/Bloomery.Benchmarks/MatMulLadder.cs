using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Memory;
using Bloomery.Numerics.Quantization;
using Bloomery.Numerics.Threading;

namespace Bloomery.Benchmarks;

/// <summary>
/// Matrix products per tier, format and number of tokens, at the shapes of a 135M and a 1.1B model: weights read per second, and floating-point operations.
/// </summary>
internal static class MatMulLadder
{
    private static readonly (string Model, int Rows, int Columns)[] Shapes =
    [
        ("135M gate+up", 3072, 576), ("135M down", 576, 1536), ("1.1B gate+up", 11264, 2048), ("1.1B down", 2048, 5632),
    ];

    public static void Run(Options options)
    {
        int threads = options.Number("threads", Environment.ProcessorCount), rounds = options.Number("rounds", 9);
        string[] tiers = options.List("tiers", string.Join(',', KernelTiers.Names.Where(n => KernelTiers.MissingFeature(n) is null && n != "reference")));
        using WorkerTeam team = new(threads);
        Console.WriteLine($"{threads} threads; medians of {rounds} rounds; GB/s of the format's bytes, GFLOP/s");
        Console.WriteLine($"{"matrix",-14} {"format",-6} {"tokens",6}  {string.Join("  ", tiers.Select(t => $"{t,-24}"))}");
        foreach ((string model, int rows, int columns) in Shapes)
            foreach (string name in options.List("formats", "q4_1,q8_0,q4_0,f16,q4_k"))
            {
                if (!BlockFormat.TryFind(name, out BlockFormat? format)) throw new ArgumentException($"no format {name}");
                if (columns % format.BlockSize != 0) continue;
                List<Matrix> copies = [.. Enumerable.Range(0, Copies(format.RowBytes(columns) * rows)).Select(i => Random(format, rows, columns, i))];
                foreach (int tokens in options.Numbers("tokens", "1,16,512"))
                {
                    List<Action> rivals = [.. tiers.Select(tier => Rival(KernelTiers.Create(tier), copies, tokens, team))];
                    double[] seconds = Paired.Medians(rivals, rounds, options.Flag("cpu"));
                    double bytes = copies[0].ByteLength, work = 2.0 * rows * columns * tokens;
                    Console.WriteLine($"{model,-14} {name,-6} {tokens,6}  "
                        + $"{string.Join("  ", seconds.Select(s => $"{bytes / s / 1e9,8:0.00} GB/s {work / s / 1e9,8:0.0} GF"))}");
                }
            }
    }

    /// <summary>Enough copies that weights come from memory rather than from a cache, as they do in a model.</summary>
    private static int Copies(long bytes) => (int)Math.Clamp(96_000_000 / bytes, 1, 60);

    private static Action Rival(KernelSet kernels, List<Matrix> copies, int tokens, WorkerTeam team)
    {
        List<Matrix> prepared = [.. copies.Select(kernels.Prepare)];
        Matrix m = prepared[0];
        Job job = new(kernels, tokens, m, team.Threads);
        int turn = 0;
        return () =>
        {
            job.Weights = prepared[turn = (turn + 1) % prepared.Count];
            team.Run(job, m.Rows, kernels.MatMulRowChunk(m, tokens));
        };
    }

    private static Matrix Random(BlockFormat format, int rows, int columns, int seed)
    {
        NativeBuffer buffer = new("benchmark", format.RowBytes(columns) * rows);
        Random random = new(seed);
        float[] row = new float[columns];
        for (int i = 0; i < columns; i++) row[i] = (float)(random.NextDouble() - 0.5) * 0.1f;
        int bytes = (int)format.RowBytes(columns);
        Span<byte> first = buffer.Span<byte>(0, bytes);
        format.Quantize(row, [], first);
        for (int r = 1; r < rows; r++) first.CopyTo(buffer.Span<byte>((long)r * bytes, bytes));
        return new Matrix(format, NativeView.Of(buffer), rows, columns);
    }

    private sealed class Job(KernelSet kernels, int tokens, Matrix shape, int threads) : IRangeJob
    {
        private readonly float[] _x = [.. Enumerable.Range(0, tokens * shape.Columns).Select(i => MathF.Sin(i))], _y = new float[tokens * shape.Rows];
        private readonly NativeBuffer[] _scratch = [.. Enumerable.Range(0, threads)
            .Select(_ => new NativeBuffer("scratch", kernels.MatMulScratchBytes(shape, tokens)))];

        public Matrix Weights { get; set; } = shape;

        public void Run(int begin, int end, int worker) =>
            kernels.MatMul(Weights, _x, _y, tokens, begin, end, _scratch[worker].Span<byte>(0, (int)_scratch[worker].ByteLength));
    }
}
