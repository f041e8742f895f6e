using System.Runtime.InteropServices;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>The sixteen values behind 4-bit codes, as floats at a fixed place.</summary>
internal static unsafe class PanelTables
{
    /// <summary>Those of IQ4_NL and IQ4_XS.</summary>
    public static readonly float* Iq4 = Make(i => Iq4Codes.Table[i]);

    /// <summary>Those of MXFP4, doubled.</summary>
    public static readonly float* Doubled = Make(i => E2M1.Doubled[i]);

    private static float* Make(Func<int, float> value)
    {
        const int Count = 16, Alignment = 64;
        float* table = (float*)NativeMemory.AlignedAlloc(Count * sizeof(float), Alignment); // for as long as the program runs
        for (int i = 0; i < Count; i++) table[i] = value(i);
        return table;
    }
}
