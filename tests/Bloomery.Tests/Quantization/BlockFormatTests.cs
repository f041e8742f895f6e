using Bloomery.Numerics.Quantization;
using FsCheck.Xunit;

namespace Bloomery.Tests.Quantization;

/// <summary>What holds for every block format that exists: a new one is picked up by enumeration.</summary>
public sealed class BlockFormatTests
{
    private const string Seed = "4711,13"; // the same cases in every run

    public static TheoryData<string> All => [.. BlockFormat.All.Select(format => format.Name)];

    public static TheoryData<string> Writable => [.. BlockFormat.All.Where(format => format.CanQuantize).Select(format => format.Name)];

    [Fact]
    public void The_known_formats_are_found()
    {
        string[] known = ("f32 f16 bf16 f64 i8 i16 i32 i64 q4_0 q4_1 q5_0 q5_1 q8_0 q8_1 q2_k q3_k q4_k q5_k q6_k iq1_s iq1_m iq2_xxs iq2_xs iq2_s " +
            "iq3_xxs iq3_s iq4_nl iq4_xs tq1_0 tq2_0 mxfp4 nvfp4 q1_0 q2_0").Split(' ');
        Assert.Empty(known.Except(BlockFormat.All.Select(format => format.Name)));
    }

    [Theory, MemberData(nameof(All))]
    public void Is_found_by_name_and_number(string name)
    {
        BlockFormat format = Find(name);
        Assert.Same(format, Find(name.ToUpperInvariant()));
        Assert.True(BlockFormat.TryFind(format.GgmlType, out BlockFormat? byNumber));
        Assert.Same(format, byNumber);
    }

    [Theory, MemberData(nameof(All))]
    public void Checks_sizes(string name)
    {
        BlockFormat format = Find(name);
        Assert.Equal(3L * format.BlockBytes, format.RowBytes(3L * format.BlockSize));
        if (format.BlockSize > 1) Assert.Throws<ArgumentException>(() => format.RowBytes(format.BlockSize + 1));
        byte[] blocks = new byte[2 * format.BlockBytes];
        float[] values = new float[2 * format.BlockSize];
        Assert.Throws<ArgumentException>(() => format.Dequantize(blocks, values.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => format.Dequantize(blocks.AsSpan(1), values));
        Assert.Throws<ArgumentException>(() => format.DequantizeScalar(blocks, values.AsSpan(1)));
        if (!format.CanQuantize)
        {
            Assert.Throws<NotSupportedException>(() => format.Quantize(values, default, blocks));
            return;
        }
        Assert.Throws<ArgumentException>(() => format.Quantize(values, default, blocks.AsSpan(1)));
        Assert.ThrowsAny<ArgumentException>(() => format.Quantize(values, values.AsSpan(1), blocks));
    }

    [Property(MaxTest = 20, Replay = Seed)]
    public void Vectors_give_the_bits_of_the_scalar_code(int seed)
    {
        Random random = new(seed);
        foreach (BlockFormat format in BlockFormat.All)
        {
            int count = random.Next(1, 12);
            byte[] blocks = new byte[count * format.BlockBytes];
            random.NextBytes(blocks); // any bits: NaN and infinite scales among them
            float[] fast = new float[count * format.BlockSize], plain = new float[fast.Length];
            format.Dequantize(blocks, fast);
            format.DequantizeScalar(blocks, plain);
            for (int i = 0; i < plain.Length; i++)
            {
                bool same = float.IsNaN(plain[i]) ? float.IsNaN(fast[i]) : BitConverter.SingleToInt32Bits(plain[i]) == BitConverter.SingleToInt32Bits(fast[i]);
                if (!same) Assert.Fail($"{format.Name}: value {i} is {fast[i]:R}, the scalar code gives {plain[i]:R}");
            }
        }
    }

    [Property(MaxTest = 30, Replay = Seed)]
    public void Anything_can_be_quantized(float[] odd, int seed)
    {
        Random random = new(seed);
        foreach (BlockFormat format in BlockFormat.All.Where(format => format.CanQuantize))
        {
            float[] x = Normal(random, 4 * Math.Max(format.BlockSize, 8), 1), importance = [.. x.Select(MathF.Abs)];
            foreach (float value in odd.Concat([float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, -0f, float.MaxValue, 1e-40f, 1e30f]))
            {
                if (random.Next(2) == 0) x[random.Next(x.Length)] = value;
            }
            byte[] blocks = new byte[format.RowBytes(x.Length)];
            float[] back = new float[x.Length];
            format.Quantize(x, default, blocks);
            format.Dequantize(blocks, back);
            byte[] again = new byte[blocks.Length];
            format.Quantize(x, default, again);
            Assert.True(blocks.AsSpan().SequenceEqual(again), $"{format.Name}: the same row gave other bytes");
            format.Quantize(x, importance, blocks);
            format.Dequantize(blocks, back);
        }
    }

    [Theory, MemberData(nameof(Writable))]
    public void Extreme_rows_stay_finite(string name)
    {
        BlockFormat format = Find(name);
        foreach (float value in new[] { 0f, -0f, 1f, -3f, 1e-20f, 1e-44f, -1e-40f, 1500f })
        {
            float[] x = new float[2 * format.BlockSize], back = new float[x.Length], nothing = new float[x.Length];
            byte[] blocks = new byte[format.RowBytes(x.Length)];
            Array.Fill(x, value);
            foreach (float[] importance in new[] { [], nothing })
            {
                format.Quantize(x, importance, blocks);
                format.Dequantize(blocks, back);
                for (int i = 0; i < back.Length; i++)
                {
                    if (!(MathF.Abs(back[i] - value) <= (Bounds[name] * MathF.Abs(value)) + 1e-7f))
                        Assert.Fail($"{name}: a row of {value:R} comes back as {back[i]:R} at {i}");
                }
            }
        }
    }

    [Property(MaxTest = 60, Replay = Seed)]
    public void Errors_stay_within_the_bound(int seed)
    {
        Random random = new(seed);
        foreach ((string name, float bound) in Bounds)
        {
            BlockFormat format = Find(name);
            // nvfp4 leaves the magnitude to a scale per matrix, which is not its own.
            float[] x = Normal(random, 4 * format.BlockSize, name == "nvfp4" ? 1 : MathF.Pow(10, random.Next(-1, 3))), back = new float[x.Length];
            byte[] blocks = new byte[format.RowBytes(x.Length)];
            format.Quantize(x, default, blocks);
            format.Dequantize(blocks, back);
            for (int block = 0; block < 4; block++)
            {
                Range part = (block * format.BlockSize)..((block + 1) * format.BlockSize);
                float peak = x[part].Max(MathF.Abs), worst = x[part].Zip(back[part], (a, b) => MathF.Abs(a - b)).Max();
                Assert.True(worst <= (bound * peak) + 1e-7f, $"{name}: off by {worst / peak:R} of the block's largest magnitude, more than {bound}");
            }
        }
    }

    [Fact]
    public void Every_writable_format_has_a_bound() =>
        Assert.Equal(BlockFormat.All.Where(format => format.CanQuantize).Select(format => format.Name).Order(), Bounds.Keys.Order());

    [Property(MaxTest = 20, Replay = Seed)]
    public void Quantized_values_survive_a_second_time(int seed)
    {
        // Where the scale is a function of the extremes, which the format stores exactly, a second round changes nothing.
        string[] stable = ["f32", "f64", "f16", "bf16", "q8_0", "q8_1", "tq1_0", "tq2_0", "mxfp4", "q1_0", "q2_0"];
        Random random = new(seed);
        foreach (string name in stable)
        {
            BlockFormat format = Find(name);
            float[] x = Normal(random, 2 * format.BlockSize, 1), once = new float[x.Length], twice = new float[x.Length];
            byte[] blocks = new byte[format.RowBytes(x.Length)];
            format.Quantize(x, default, blocks);
            format.Dequantize(blocks, once);
            format.Quantize(once, default, blocks);
            format.Dequantize(blocks, twice);
            Assert.True(once.AsSpan().SequenceEqual(twice), $"{name} drifts");
        }
    }

    // What ggml makes of the same values (October 2026).
    [Theory]
    [InlineData("q1_0", 1, "4e36a4a52d6d69494b5b5ad2d29696b4b4a5")]
    [InlineData("q2_0", 1, "403a14491649924592659164912459244916403a49164992459264916451245924491649")]
    [InlineData("nvfp4", 1,
        "202020207fcb45fea956ee0266ed1267dc347fba45ffb956ee0167dd0267dc347fca56fe20202020b956ee0167ed247fdc347fca55fe9066ee9167ed237fcb457fca45fea066ed12")]
    [InlineData("nvfp4", 0, "7e2000007fdc45ffb966fe0266ed1267dc347fba00000000000000000000000000000000")]
    [InlineData("mxfp4", 1.17549435e-38f, "fe00000000000000000000000000000000")]
    public void Blocks_are_those_of_ggml(string name, float factor, string expected)
    {
        BlockFormat format = Find(name);
        float[] x = new float[expected.Length / 2 / format.BlockBytes * format.BlockSize];
        // Factor 0: runs of 16 of very different size.
        for (int i = 0; i < x.Length; i++)
            x[i] = (((i * 37) % 101) - 50) / 64f * (factor != 0 ? factor : (i / 16) switch { 0 => 4096, 1 => 1, 2 => 1f / 4096, _ => 0 });
        byte[] blocks = new byte[format.RowBytes(x.Length)];
        format.Quantize(x, default, blocks);
        Assert.Equal(expected, Convert.ToHexStringLower(blocks));
    }

    // The largest error as a part of the block's largest magnitude: half a step, or a whole one where the range is one short at one end,
    // and what rounding the scales (to halves, or to a few bits in the K formats) adds.
    private static Dictionary<string, float> Bounds { get; } = new()
    {
        ["f32"] = 0, ["f64"] = 0, ["f16"] = 0.0005f, ["bf16"] = 0.004f,
        ["q4_0"] = 0.1255f, ["q4_1"] = 0.068f, ["q5_0"] = 0.063f, ["q5_1"] = 0.0335f, ["q8_0"] = 0.0044f, ["q8_1"] = 0.0044f,
        ["q2_k"] = 0.4f, ["q3_k"] = 0.25f, ["q4_k"] = 0.1f, ["q5_k"] = 0.05f, ["q6_k"] = 0.04f, ["iq4_nl"] = 0.13f, ["iq4_xs"] = 0.13f,
        ["tq1_0"] = 0.501f, ["tq2_0"] = 0.501f, ["mxfp4"] = 0.26f, ["nvfp4"] = 0.2f, ["q1_0"] = 1, ["q2_0"] = 0.501f,
    };

    private static BlockFormat Find(string name)
    {
        Assert.True(BlockFormat.TryFind(name, out BlockFormat? format), name);
        return format;
    }

    private static float[] Normal(Random random, int count, float deviation)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = deviation * MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle())) * MathF.Cos(2 * MathF.PI * random.NextSingle());
        return values;
    }
}
