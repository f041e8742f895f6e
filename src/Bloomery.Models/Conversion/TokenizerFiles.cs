using Bloomery.Formats.Gguf;

namespace Bloomery.Models.Conversion;

/// <summary>Writes the tokenizer of a GGUF file as the files that lie beside a checkpoint.</summary>
internal static class TokenizerFiles
{
    /// <summary>Writes what can be rebuilt.</summary>
    public static void Write(GgufMetadata meta, string directory, Action<string>? warn)
    {
        warn?.Invoke("the tokenizer is left out");
    }
}
