using System.Runtime.Intrinsics;

namespace Bloomery.Numerics.Quantization;

/// <summary>The sixteen values of IQ4_NL and IQ4_XS: denser around zero, where weights are.</summary>
internal readonly struct Iq4Codes : ICodeBook
{
    private static readonly float[] Middles = MakeMiddles();
    private static readonly float[] Steps = MakeSteps();

    /// <summary>What the codes 0 to 15 stand for, ascending.</summary>
    public static Vector128<sbyte> Table => Vector128.Create(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);

    public float Lowest => -127;

    public float Highest => 113;

    public float Spacing => 10;

    /// <summary>The code whose value is nearest to x / scale.</summary>
    public static void Round(ReadOnlySpan<float> x, float scale, Span<byte> codes)
    {
        float inverse = scale == 0 ? 0 : 1 / scale;
        for (int e = 0; e < x.Length; e++)
        {
            int code = 0;
            foreach (float middle in Middles) code += x[e] * inverse >= middle ? 1 : 0;
            codes[e] = (byte)code;
        }
    }

    public Vector256<float> Nearest(Vector256<float> x)
    {
        Vector256<float> value = Vector256.Create(Lowest);
        float[] middles = Middles, steps = Steps;
        for (int k = 0; k < middles.Length; k++) value += Vector256.GreaterThanOrEqual(x, Vector256.Create(middles[k])) & Vector256.Create(steps[k]);
        return value;
    }

    private static float[] MakeSteps()
    {
        float[] steps = new float[15];
        for (int k = 0; k < steps.Length; k++) steps[k] = Table[k + 1] - Table[k];
        return steps;
    }

    private static float[] MakeMiddles()
    {
        float[] middles = new float[15];
        for (int k = 0; k < middles.Length; k++) middles[k] = (Table[k] + Table[k + 1]) / 2f;
        return middles;
    }
}
