using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Formats.Safetensors;

/// <summary>The element types of safetensors: a dtype is the block format's key in capitals.</summary>
internal static class SafetensorsTypes
{
    private static readonly FrozenSet<string> Names =
        new[] { "F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL", "F8_E4M3", "F8_E5M2" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>All dtypes.</summary>
    public static IReadOnlyCollection<string> All => Names;

    /// <summary>Looks the format of a dtype up.</summary>
    public static bool TryFind(string dtype, [NotNullWhen(true)] out BlockFormat? format)
    {
        format = null;
        return Names.Contains(dtype) && BlockFormat.TryFind(dtype, out format);
    }

    /// <summary>The dtype of a format, if safetensors can hold it.</summary>
    public static bool TryName(BlockFormat format, [NotNullWhen(true)] out string? dtype)
    {
        ArgumentNullException.ThrowIfNull(format);
        string name = format.Name.ToUpperInvariant();
        dtype = Names.Contains(name) ? name : null;
        return dtype is not null;
    }
}
