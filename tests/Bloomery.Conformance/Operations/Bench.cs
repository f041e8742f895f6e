using Bloomery.Models.Execution;
using Bloomery.Models.KvCache;
using Bloomery.Models.Planning;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Memory;
using Bloomery.Numerics.Quantization;
using Bloomery.Numerics.Threading;

namespace Bloomery.Conformance.Operations;

/// <summary>Runs a small plan on some kernels: its input is <see cref="Rows"/> rows of made-up numbers, as the tokens of two sequences.</summary>
internal sealed class Bench : IDisposable
{
    /// <summary>Columns of the input.</summary>
    public const int Columns = 32;

    /// <summary>Token rows: five of one sequence, three of another.</summary>
    public const int Rows = 8;

    /// <summary>Token ids, which are rows of the embedding too.</summary>
    public static readonly int[] Tokens = [3, 1, 4, 1, 5, 9, 2, 6];

    /// <summary>Positions: the second sequence begins later.</summary>
    public static readonly int[] Positions = [0, 1, 2, 3, 4, 7, 8, 9];

    /// <summary>Token types.</summary>
    public static readonly int[] Types = [0, 0, 1, 1, 2, 0, 2, 1];

    /// <summary>Rows whose output is wanted.</summary>
    public static readonly int[] Wanted = [1, 4, 5, 7];

    private readonly KernelSet _kernels;
    private readonly WorkerTeam _team;
    private readonly List<IDisposable> _memory = [];

    public Bench(KernelSet kernels, int threads = 3) => (_kernels, _team, X) = (kernels, new WorkerTeam(threads), Numbers.Normal(10 * Columns, 1));

    /// <summary>(10, Columns): the input's row for each token id.</summary>
    public float[] X { get; }

    /// <summary>The input of row <paramref name="row"/>.</summary>
    public double[] Input(int row) => [.. X.Skip(Tokens[row] * Columns).Take(Columns).Select(v => (double)v)];

    /// <summary>A weight of one matrix, as this tier holds it.</summary>
    public Weight Weight(float[] values, int columns, string format = "f32", float[]? bias = null, float[]? scales = null) =>
        new("weight", [Matrix(values, columns, format)], null, bias) { Scales = scales };

    /// <summary>A weight of several matrices of one size.</summary>
    public Weight Stack(float[] values, int count, int columns, float[]? scales = null) =>
        new("stack", [.. values.Chunk(values.Length / count).Select(part => Matrix(part, columns, "f32"))], null, null) { Scales = scales };

    /// <summary>The rows of what <paramref name="trace"/> returns.</summary>
    public float[] Run(Func<Ops, Value, Value> trace)
    {
        Plan plan = Plan(trace);
        using Executor executor = new(plan, _kernels, _team);
        using KvStore first = NewStore(plan.KvShape), second = NewStore(plan.KvShape), firstCross = NewStore(plan.CrossShape),
            secondCross = NewStore(plan.CrossShape);
        Batch batch = new();
        for (int row = 0; row < Rows; row++)
        {
            if (row is 0 or 5) batch.BeginSequence(row == 0 ? first : second, row == 0 ? firstCross : secondCross);
            batch.Add(Tokens[row], Positions[row], Wanted.Contains(row), Types[row]);
        }
        executor.Run(batch);
        return executor.Output("y").ToArray();
    }

    /// <summary>The plan of <paramref name="trace"/> over the input.</summary>
    public Plan Plan(Func<Ops, Value, Value> trace)
    {
        Ops ops = new();
        ops.Result("y", trace(ops, ops.Embed(Weight(X, Columns))));
        return ops.Build();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _team.Dispose();
        foreach (IDisposable memory in _memory) memory.Dispose();
    }

    private static PagedKvStore NewStore(KvShape shape) => new(shape, KvType.F32, KvType.F32);

    private Matrix Matrix(float[] values, int columns, string format)
    {
        Assert.True(BlockFormat.TryFind(format, out BlockFormat? blocks));
        int rows = values.Length / columns;
        NativeBuffer buffer = new("test", blocks.RowBytes(columns) * rows);
        _memory.Add(buffer);
        for (int r = 0; r < rows; r++)
            blocks.Quantize(values.AsSpan(r * columns, columns), [], buffer.Span<byte>(r * blocks.RowBytes(columns), (int)blocks.RowBytes(columns)));
        Matrix matrix = new(blocks, NativeView.Of(buffer), rows, columns), prepared = _kernels.Prepare(matrix);
        if (prepared != matrix && prepared is IDisposable packed) _memory.Add(packed);
        return prepared;
    }
}
