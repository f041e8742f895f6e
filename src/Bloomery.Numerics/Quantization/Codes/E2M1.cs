using System.Runtime.Intrinsics;

namespace Bloomery.Numerics.Quantization;

/// <summary>The 4-bit float of MXFP4 and NVFP4: 0, 0.5, 1, 1.5, 2, 3, 4, 6, from code 8 on negative (8 itself is +0).</summary>
internal static class E2M1
{
    /// <summary>Twice what the codes 0 to 15 stand for.</summary>
    public static Vector128<sbyte> Doubled => Vector128.Create(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);

    /// <summary>Twice the value of each code.</summary>
    public static Vector128<sbyte> Expand(Vector128<byte> codes) => Vector128.Shuffle(Doubled, codes.AsSByte());

    /// <summary>The nearest code to each value, the lowest on ties.</summary>
    /// <param name="x">Values.</param>
    /// <param name="halfScale">Half the scale that the codes are multiplied with.</param>
    /// <param name="codes">As many codes.</param>
    public static void Round(ReadOnlySpan<float> x, float halfScale, Span<byte> codes)
    {
        for (int e = 0; e < x.Length; e++)
        {
            float least = MathF.Abs(x[e]);
            codes[e] = 0;
            for (int code = 1; code < 16; code++)
            {
                float miss = MathF.Abs((Doubled[code] * halfScale) - x[e]);
                if (miss < least) (least, codes[e]) = (miss, (byte)code);
            }
        }
    }
}
