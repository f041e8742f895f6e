using Bloomery.Formats.Gguf;

namespace Bloomery.Models.Conversion;

internal static class GgufToSafetensors
{
    public static ConversionResult Run(GgufFile file, string to, ConversionOptions options) => throw new NotSupportedException();
}
