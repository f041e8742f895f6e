namespace Bloomery.Numerics.Kernels;

/// <summary>Sizes of cached rows.</summary>
internal static class KvLayout
{
    /// <summary>Bytes of one key or value of <paramref name="dim"/> elements.</summary>
    public static int RowBytes(KvType type, int dim) => type switch
    {
        KvType.F32 => checked(dim * 4),
        KvType.F16 or KvType.BF16 => checked(dim * 2),
        KvType.Q8_0 => checked((dim + 31) / 32 * 34),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };
}
