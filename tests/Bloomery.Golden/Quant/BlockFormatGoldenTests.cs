using System.Text.Json;
using Bloomery.Numerics.Quantization;
using Bloomery.TestSupport;

namespace Bloomery.Golden.Quant;

/// <summary>
/// Every golden file of <c>quant</c> against the block format of its name: sizes, de-quantised values and, where there are any, quantised bytes, all to the
/// bit.
/// </summary>
public sealed class BlockFormatGoldenTests
{
    private static readonly string[] Names = FindNames();

    private static string Folder => Path.Combine(TestPaths.Golden, "quant");

    public static TheoryData<string> WithValues => [.. Names.Where(name => Load(name).Contains("values"))];

    public static TheoryData<string> WithQuantized => [.. Names.Where(name => Load(name).Contains("q_bytes"))];

    [Fact]
    public void All_golden_types_are_there() =>
        Assert.Equal(
            TestPaths.IsComplete
                ? "BF16 F16 IQ1_M IQ1_S IQ2_S IQ2_XS IQ2_XXS IQ3_S IQ3_XXS IQ4_NL IQ4_XS MXFP4 NVFP4 Q2_K Q3_K Q4_0 Q4_1 Q4_K Q5_0 Q5_1 "
                + "Q5_K Q6_K Q8_0 Q8_1 TQ1_0 TQ2_0"
                : "BF16 F16 IQ4_NL Q4_0 Q4_1 Q4_K Q6_K Q8_0",
            string.Join(' ', Names));

    [Fact]
    public void All_exact_quantisers_have_a_reference() =>
        Assert.Equal(
            TestPaths.IsComplete ? "BF16 F16 MXFP4 Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 TQ1_0 TQ2_0" : "BF16 F16 Q4_0 Q4_1 Q8_0",
            string.Join(' ', Names.Where(name => Load(name).Contains("q_bytes"))));

    [Fact]
    public void Ids_and_sizes_match()
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "quant.json")));
        int seen = 0;
        foreach (JsonProperty type in json.RootElement.GetProperty("types").EnumerateObject())
        {
            BlockFormat format = Format(type.Name);
            Assert.Equal(
                (type.Name, type.Value.GetProperty("id").GetInt32(), type.Value.GetProperty("block_size").GetInt32(), type.Value.GetProperty("type_size")
                    .GetInt32()),
                (type.Name, format.GgmlType, format.BlockSize, format.BlockBytes));
            seen++;
        }
        Assert.True(seen >= 25, $"only {seen} types in quant.json");
    }

    [Theory, MemberData(nameof(WithValues))]
    public void Dequantizes(string name)
    {
        GoldenTensors golden = Load(name);
        BlockFormat format = Format(name);
        foreach ((string bytes, string values) in new[] { ("bytes", "values"), ("q_bytes", "q_values") })
        {
            if (!golden.Contains(bytes)) continue;
            float[] expected = golden.Floats(values), actual = new float[expected.Length];
            format.Dequantize(golden.Bytes(bytes), actual);
            AssertSameBits(name, expected, actual);
            Array.Clear(actual);
            format.DequantizeScalar(golden.Bytes(bytes), actual);
            AssertSameBits(name + " (scalar)", expected, actual);
        }
    }

    [Theory, MemberData(nameof(WithQuantized))]
    public void Quantizes(string name)
    {
        GoldenTensors golden = Load(name);
        BlockFormat format = Format(name);
        float[] input = golden.Floats("q_input");
        int columns = golden.Shape("q_input")[1], rowBytes = (int)format.RowBytes(columns);
        byte[] actual = new byte[golden.Bytes("q_bytes").Length];
        for (int row = 0; row < input.Length / columns; row++)
            format.Quantize(input.AsSpan(row * columns, columns), default, actual.AsSpan(row * rowBytes, rowBytes));
        int at = golden.Bytes("q_bytes").CommonPrefixLength(actual);
        Assert.True(at == actual.Length, $"{name}: row {at / rowBytes}, block {at % rowBytes / format.BlockBytes}, byte {at % format.BlockBytes} differs");
    }

    [SkippableFact]
    public void Quantizes_activations_to_q8_1()
    {
        TestPaths.NeedsGolden("quant/Q8_1.safetensors");
        GoldenTensors golden = Load("Q8_1");
        float[] input = golden.Floats("input");
        BlockFormat format = Format("Q8_1");
        byte[] blocks = new byte[format.RowBytes(input.Length)];
        format.Quantize(input, default, blocks);
        ReadOnlySpan<byte> scales = golden.Bytes("d"), sums = golden.Bytes("s"), codes = golden.Bytes("qs");
        for (int block = 0; block < input.Length / 32; block++)
        {
            byte[] expected = [.. scales.Slice(2 * block, 2), .. sums.Slice(2 * block, 2), .. codes.Slice(32 * block, 32)];
            Assert.True(expected.AsSpan().SequenceEqual(blocks.AsSpan(36 * block, 36)), $"block {block}");
        }
    }

    private static string[] FindNames() => !Directory.Exists(Folder) ? [] :
        [.. Directory.GetFiles(Folder, "*.safetensors").Select(file => Path.GetFileNameWithoutExtension(file)).Where(name => name != "grids")
            .Order(StringComparer.Ordinal)];

    private static GoldenTensors Load(string name) => GoldenTensors.Load($"quant/{name}.safetensors");

    private static BlockFormat Format(string name)
    {
        Assert.True(BlockFormat.TryFind(name, out BlockFormat? format), $"no block format is called {name}");
        return format;
    }

    private static void AssertSameBits(string name, float[] expected, float[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i])) continue;
            if (float.IsNaN(expected[i]) && float.IsNaN(actual[i])) continue;
            Assert.Fail($"{name}: value {i} is {actual[i]:R}, should be {expected[i]:R}");
        }
    }
}
