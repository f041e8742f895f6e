using System.Diagnostics.CodeAnalysis;

namespace Bloomery.Formats.Safetensors;

/// <summary>The one place where safetensors files are refused.</summary>
internal static class SafetensorsThrow
{
    [DoesNotReturn]
    public static void Bad(string file, string? subject, long? offset, string problem, Exception? inner = null) =>
        throw new ModelFormatException(file, subject, offset, problem, inner);
}
