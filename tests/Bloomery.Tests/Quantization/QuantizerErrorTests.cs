using System.Globalization;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Tests.Quantization;

/// <summary>
/// The searching quantisers lose at most 1.05 times what llama.cpp's lose (its build of October 2026, <c>ggml_quantize_chunk</c>) on the same
/// deterministic matrices of 8 rows of 1024: Gaussian, heavy-tailed, and Gaussian with one weight in 256 thirty times as large; with and without importance.
/// </summary>
public sealed class QuantizerErrorTests
{
    private const int Rows = 8, Columns = 1024;
    private const double Allowed = 1.05;

    // Format, kind of matrix, RMS error without importance; with it, RMS error and RMS error weighted by importance.
    public static TheoryData<string, string, double, double, double> Reference => new()
    {
        { "q2_k", "Gaussian", 0.00596481911, 0.00590990813, 0.00449537876 },
        { "q2_k", "heavy-tailed", 0.0312046709, 0.0226190951, 0.0185663236 },
        { "q2_k", "outliers", 0.0112277716, 0.0101326723, 0.00872750206 },
        { "q3_k", "Gaussian", 0.00301629102, 0.0031050003, 0.00258404263 },
        { "q3_k", "heavy-tailed", 0.0115520085, 0.0120728849, 0.0103988061 },
        { "q3_k", "outliers", 0.00473024836, 0.00483606666, 0.0044563121 },
        { "q4_k", "Gaussian", 0.00143162021, 0.00151710592, 0.00127308437 },
        { "q4_k", "heavy-tailed", 0.00697581144, 0.00732769064, 0.00641744815 },
        { "q4_k", "outliers", 0.00352357804, 0.00361575032, 0.00313894122 },
        { "q5_k", "Gaussian", 0.00073004216, 0.000747217275, 0.000651281264 },
        { "q5_k", "heavy-tailed", 0.00392125561, 0.00396630969, 0.00366240642 },
        { "q5_k", "outliers", 0.00170662715, 0.00175866971, 0.0015675522 },
        { "q6_k", "Gaussian", 0.00035667453, 0.00037448973, 0.000314933446 },
        { "q6_k", "heavy-tailed", 0.00190833238, 0.00208227521, 0.00188037794 },
        { "q6_k", "outliers", 0.00111689998, 0.00118461508, 0.0011465505 },
        { "iq4_nl", "Gaussian", 0.00151864174, 0.00157604039, 0.00139191699 },
        { "iq4_nl", "heavy-tailed", 0.0071353209, 0.00741036432, 0.00643316205 },
        { "iq4_nl", "outliers", 0.00410793778, 0.00404551212, 0.00354199567 },
        { "iq4_xs", "Gaussian", 0.00152916219, 0.00158858792, 0.00140968539 },
        { "iq4_xs", "heavy-tailed", 0.00724207688, 0.00748336091, 0.00654519901 },
        { "iq4_xs", "outliers", 0.00419563727, 0.00412009619, 0.00365511287 },
        { "q4_0", "Gaussian", 0.00172992293, 0.001702612, 0.00151077874 },
        { "q4_0", "heavy-tailed", 0.0085425773, 0.00867940212, 0.00788018212 },
        { "q4_0", "outliers", 0.00463354809, 0.00459990868, 0.0043008199 },
        { "q4_1", "Gaussian", 0.00158526006, 0.00150983262, 0.00125119452 },
        { "q4_1", "heavy-tailed", 0.00892057854, 0.00710494318, 0.00614522974 },
        { "q4_1", "outliers", 0.00404861735, 0.00358768011, 0.00308285939 },
        { "q5_0", "Gaussian", 0.000847923959, 0.000842397424, 0.00075282295 },
        { "q5_0", "heavy-tailed", 0.00469688892, 0.00471298315, 0.00442606167 },
        { "q5_0", "outliers", 0.00307954394, 0.0030765972, 0.00271747128 },
        { "q5_1", "Gaussian", 0.000758678335, 0.000731880106, 0.000611922801 },
        { "q5_1", "heavy-tailed", 0.004422353, 0.00370994696, 0.00325737497 },
        { "q5_1", "outliers", 0.00181491373, 0.00169546897, 0.00147255716 },
        { "nvfp4", "Gaussian", 0.00203649011, 0.00203649011, 0.00200023732 },
        { "nvfp4", "heavy-tailed", 0.00628232013, 0.00628232013, 0.00638974352 },
        { "nvfp4", "outliers", 0.00329879132, 0.00329879132, 0.00329580498 },
    };

    [Theory, MemberData(nameof(Reference))]
    public void Loses_no_more_than_the_reference(string name, string kind, double plain, double guided, double guidedWeighted)
    {
        Assert.True(BlockFormat.TryFind(name, out BlockFormat? format));
        (float[] x, float[] importance) = Matrix(kind);
        double plainRatio = Loss(format, x, null, null) / plain;
        double guidedRatio = Loss(format, x, importance, null) / guided;
        double weightedRatio = Loss(format, x, importance, importance) / guidedWeighted;
        string report = string.Create(
            CultureInfo.InvariantCulture,
            $"{name}, {kind}: {plainRatio:F4} plain, {guidedRatio:F4} guided, {weightedRatio:F4} guided and weighted");
        Assert.True(plainRatio <= Allowed && guidedRatio <= Allowed && weightedRatio <= Allowed, report);
    }

    [Fact]
    public void Every_format_that_searches_has_a_reference() =>
        Assert.Equal(
            ["iq4_nl", "iq4_xs", "nvfp4", "q2_k", "q3_k", "q4_0", "q4_1", "q4_k", "q5_0", "q5_1", "q5_k", "q6_k"],
            Reference.Select(row => (string)row[0]).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Importance_moves_the_error_to_where_it_matters_less()
    {
        (float[] x, float[] importance) = Matrix("Gaussian");
        foreach (string name in Reference.Select(row => (string)row[0]).Distinct().Where(name => name != "nvfp4"))
        {
            Assert.True(BlockFormat.TryFind(name, out BlockFormat? format));
            Assert.True(Loss(format, x, importance, importance) < 0.96 * Loss(format, x, null, importance), name);
        }
    }

    private static double Loss(BlockFormat format, float[] x, float[]? guide, float[]? weights)
    {
        byte[] blocks = new byte[format.RowBytes(Columns)];
        float[] back = new float[Columns];
        double sum = 0, total = 0;
        for (int row = 0; row < Rows; row++)
        {
            ReadOnlySpan<float> values = x.AsSpan(row * Columns, Columns);
            format.Quantize(values, guide, blocks);
            format.Dequantize(blocks, back);
            for (int c = 0; c < Columns; c++)
            {
                double miss = (double)back[c] - values[c], weight = weights is null ? 1 : weights[c];
                sum += weight * miss * miss;
                total += weight;
            }
        }
        return Math.Sqrt(sum / total);
    }

    // Sums of twelve uniform numbers: the same on every machine and in every language.
    private static (float[] X, float[] Importance) Matrix(string kind)
    {
        ulong state = kind switch { "Gaussian" => 1234, "heavy-tailed" => 4321, _ => 777 };
        double Next()
        {
            state = unchecked((state * 6364136223846793005UL) + 1442695040888963407UL);
            return (double)(state >> 40) / (1 << 24);
        }
        float[] x = new float[Rows * Columns], importance = new float[Columns];
        for (int i = 0; i < x.Length; i++)
        {
            double sum = 0;
            for (int k = 0; k < 12; k++) sum += Next();
            float value = (float)(sum - 6.0);
            if (kind == "heavy-tailed") value = value * value * value;
            if (kind == "outliers" && Next() < 1 / 256.0) value *= 30;
            x[i] = value * 0.02f;
        }
        for (int c = 0; c < Columns; c++)
        {
            double u = Next();
            importance[c] = (float)(0.05 + (u * u * u * u * 4));
        }
        return (x, importance);
    }
}
