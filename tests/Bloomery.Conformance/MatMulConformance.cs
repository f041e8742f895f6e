using System.Collections.Concurrent;
using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Memory;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Conformance;

/// <summary>Matrix products of every tier with every block format.</summary>
public class MatMulConformance
{
    // Some formats take long to quantise to: every tier tests the same matrices.
    private static readonly ConcurrentDictionary<(string Format, int Rows, int Columns, int Seed), Matrix> Matrices = new();
    private static readonly int[] TokenCounts = [1, 2, 3, 4, 5, 12, 13, 33];

    public static TheoryData<string, string> Rows()
    {
        TheoryData<string, string> rows = [];
        foreach (string tier in Tiers.Names)
            foreach (BlockFormat format in BlockFormat.All) rows.Add(tier, format.Name);
        return rows;
    }

    [SkippableTheory, MemberData(nameof(Rows))]
    public void AgreesWithTheReference(string tier, string format)
    {
        KernelSet kernels = Tiers.Get(tier);
        foreach ((int rows, int columns) in Shapes(format))
        {
            Matrix weights = RandomMatrix(format, rows, columns, rows + columns), prepared = kernels.Prepare(weights);
            foreach (int tokens in TokenCounts)
            {
                float[] x = Numbers.Normal(tokens * columns, tokens), expected = new float[tokens * rows];
                Tiers.Reference.MatMul(weights, x, expected, tokens, 0, rows, new byte[Tiers.Reference.MatMulScratchBytes(weights, tokens)]);
                float[] actual = Multiply(kernels, prepared, x, tokens, 0, rows);
                Numbers.Close(expected, actual, 1e-5, 1e-5 * Norm(weights, columns), $"{tier} {format} ({rows}, {columns}) x {tokens}");
            }
        }
    }

    [SkippableTheory, MemberData(nameof(Rows))]
    public void ResultsDependNeitherOnTheSplitNorOnTheBatch(string tier, string format)
    {
        KernelSet kernels = Tiers.Get(tier);
        (int rows, int columns) = Shapes(format).Last();
        Matrix prepared = kernels.Prepare(RandomMatrix(format, rows, columns, 7));
        const int Tokens = 29;
        float[] x = Numbers.Normal(Tokens * columns, 5), whole = Multiply(kernels, prepared, x, Tokens, 0, rows);
        foreach (int step in new[] { 1, 5, 16, 24, kernels.MatMulRowChunk(prepared, Tokens) })
        {
            float[] parts = new float[whole.Length];
            for (int r = 0; r < rows; r += step) Multiply(kernels, prepared, x, Tokens, r, Math.Min(rows, r + step), parts);
            Numbers.Identical(whole, parts, $"{tier} {format} in pieces of {step} rows");
        }
        foreach (int tokens in TokenCounts.Where(t => t <= Tokens))
            Numbers.Identical(whole.AsSpan(0, tokens * rows), Multiply(kernels, prepared, x[..(tokens * columns)], tokens, 0, rows),
                $"{tier} {format}, {tokens} tokens alone and among {Tokens}");
    }

    [SkippableTheory, MemberData(nameof(Rows))]
    public void PreparedRowsReadAsBefore(string tier, string format)
    {
        KernelSet kernels = Tiers.Get(tier);
        (int rows, int columns) = Shapes(format).Last();
        Matrix weights = RandomMatrix(format, rows, columns, 7), prepared = kernels.Prepare(weights);
        Assert.Equal((rows, columns), (prepared.Rows, prepared.Columns));
        float[] expected = new float[rows * columns], actual = new float[rows * columns];
        weights.Dequantize(0, rows, expected);
        prepared.Dequantize(0, rows, actual);
        Numbers.Identical(expected, actual, $"{tier} {format}, all rows");
        prepared.Dequantize(rows - 3, 2, actual.AsSpan(0, 2 * columns));
        Numbers.Identical(expected.AsSpan((rows - 3) * columns, 2 * columns), actual.AsSpan(0, 2 * columns), $"{tier} {format}, two rows");
    }

    [SkippableTheory, MemberData(nameof(Tiers.All), MemberType = typeof(Tiers))]
    public void WrongSizesAreRefused(string tier)
    {
        foreach (KernelSet kernels in new[] { Tiers.Get(tier), Tiers.Reference })
        {
            Matrix m = kernels.Prepare(RandomMatrix("f32", 5, 8, 1));
            byte[] scratch = new byte[kernels.MatMulScratchBytes(m, 2)];
            Assert.ThrowsAny<ArgumentException>(() => kernels.MatMul(m, new float[15], new float[10], 2, 0, 5, scratch));
            Assert.ThrowsAny<ArgumentException>(() => kernels.MatMul(m, new float[16], new float[9], 2, 0, 5, scratch));
            Assert.ThrowsAny<ArgumentException>(() => kernels.MatMul(m, new float[16], new float[10], 2, 0, 6, scratch));
            Assert.ThrowsAny<ArgumentException>(() => kernels.MatMul(m, new float[16], new float[10], 2, -1, 5, scratch));
            Assert.ThrowsAny<ArgumentException>(() => kernels.MatMul(m, new float[16], new float[10], 2, 4, 3, scratch));
            Assert.ThrowsAny<ArgumentException>(() => kernels.MatMul(m, new float[16], new float[10], 2, 0, 5, scratch.AsSpan(1)));
        }
    }

    [SkippableTheory, MemberData(nameof(Tiers.All), MemberType = typeof(Tiers))]
    public void ChunksAreManyEnoughForManyThreads(string tier)
    {
        KernelSet kernels = Tiers.Get(tier);
        Matrix m = kernels.Prepare(RandomMatrix("q8_0", 576, 576, 1));
        foreach (int tokens in new[] { 1, 16, 512 }) Assert.InRange(576 / kernels.MatMulRowChunk(m, tokens), 8, 64);
    }

    private static IEnumerable<(int Rows, int Columns)> Shapes(string format)
    {
        int block = Format(format).BlockSize;
        if (block == 1) foreach (int columns in Tiers.Lengths.Where(n => n > 0)) yield return (columns % 2 == 0 ? 19 : 32, columns);
        else
        {
            yield return (1, block);
            yield return (16, 3 * block);
            yield return (50, 2 * block);
        }
        yield return (83, Math.Max(block, 576 / block * block));
    }

    private static BlockFormat Format(string name) => BlockFormat.TryFind(name, out BlockFormat? format) ? format : throw new ArgumentException(name);

    /// <summary>Random weights: quantised ones where the format can, else random bytes whose scales are tamed.</summary>
    private static Matrix RandomMatrix(string name, int rows, int columns, int seed) =>
        Matrices.GetOrAdd((name, rows, columns, seed), static key => MakeMatrix(key.Format, key.Rows, key.Columns, key.Seed));

    private static Matrix MakeMatrix(string name, int rows, int columns, int seed)
    {
        BlockFormat format = Format(name);
        NativeBuffer buffer = new("test", format.RowBytes(columns) * rows);
        Span<byte> bytes = buffer.Span<byte>(0, (int)buffer.ByteLength);
        int rowBytes = bytes.Length / rows;
        if (format.CanQuantize)
            for (int r = 0; r < rows; r++) format.Quantize(Numbers.Normal(columns, seed + r, 0.1f), [], bytes.Slice(r * rowBytes, rowBytes));
        else
            FillWithSaneBlocks(format, bytes, new Random(seed));
        return new Matrix(format, NativeView.Of(buffer), rows, columns);
    }

    private static void FillWithSaneBlocks(BlockFormat format, Span<byte> bytes, Random random)
    {
        float[] values = new float[format.BlockSize];
        for (int b = 0; b < bytes.Length; b += format.BlockBytes)
        {
            Span<byte> block = bytes.Slice(b, format.BlockBytes);
            int tries = 0;
            do
            {
                random.NextBytes(block);
                format.Dequantize(block, values);
                if (++tries > 100_000) Assert.Fail($"random bytes never make a sane block of {format.Name}");
            }
            while (!values.All(v => float.IsFinite(v) && Math.Abs(v) < 10) && !(format.Name is "i32" or "i64" && Small(block)));
        }
    }

    /// <summary>Random integers of 32 bits and more are never small: keep the lowest byte.</summary>
    private static bool Small(Span<byte> block)
    {
        block[1..].Clear();
        return true;
    }

    private static double Norm(Matrix weights, int columns)
    {
        float[] values = new float[weights.Rows * columns];
        weights.Dequantize(0, weights.Rows, values);
        double largest = 0;
        for (int r = 0; r < weights.Rows; r++) largest = Math.Max(largest, values.AsSpan(r * columns, columns).ToArray().Sum(v => (double)v * v));
        return Math.Sqrt(largest);
    }

    private static float[] Multiply(KernelSet kernels, Matrix m, float[] x, int tokens, int begin, int end)
    {
        float[] y = new float[tokens * m.Rows];
        Multiply(kernels, m, x, tokens, begin, end, y);
        return y;
    }

    private static void Multiply(KernelSet kernels, Matrix m, float[] x, int tokens, int begin, int end, float[] y)
    {
        using GuardedBuffer<float> gx = GuardedBuffer<float>.Of(x, atEnd: true), gy = GuardedBuffer<float>.Of(y, atEnd: true);
        using GuardedBuffer<byte> scratch = new(kernels.MatMulScratchBytes(m, tokens), atEnd: true);
        scratch.Span.Fill(0xff); // NaN everywhere
        kernels.MatMul(m, gx.Span, gy.Span, tokens, begin, end, scratch.Span);
        gy.Span.CopyTo(y);
    }
}
