using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Formats.Safetensors;

/// <summary>The element types of safetensors: a dtype is the format's key in capitals.</summary>
internal static class SafetensorsTypes
{
    private static readonly string[] Readable = ["F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL", "F8_E4M3", "F8_E5M2"];

    // Types that a file may hold as long as nobody asks for them.
    private static readonly OpaqueFormat[] Others =
    [
        new("u16", 1, 2), new("u32", 1, 4), new("u64", 1, 8), new("c64", 1, 8), new("f8_e8m0", 1, 1), new("f8_e4m3fnuz", 1, 1), new("f8_e5m2fnuz", 1, 1),
        new("f6_e2m3", 4, 3), new("f6_e3m2", 4, 3), new("f4", 2, 1),
    ];

    private static readonly FrozenDictionary<string, BlockFormat> Formats =
        Readable.Select(Find).Concat(Others).ToFrozenDictionary(format => format.Name.ToUpperInvariant(), StringComparer.Ordinal);

    /// <summary>The dtypes that are read.</summary>
    public static IReadOnlyCollection<string> All => Readable;

    /// <summary>Looks the format of a dtype up.</summary>
    public static bool TryFind(string dtype, [NotNullWhen(true)] out BlockFormat? format) => Formats.TryGetValue(dtype, out format);

    /// <summary>The dtype of a format, if safetensors can hold it.</summary>
    public static bool TryName(BlockFormat format, [NotNullWhen(true)] out string? dtype)
    {
        ArgumentNullException.ThrowIfNull(format);
        string name = format.Name.ToUpperInvariant();
        dtype = Formats.ContainsKey(name) ? name : null;
        return dtype is not null;
    }

    private static BlockFormat Find(string dtype) =>
        BlockFormat.TryFind(dtype, out BlockFormat? format) ? format : throw new InvalidOperationException($"there is no format {dtype}");
}
