using System.Text.Json;

namespace Bloomery.Formats.Tokenizers.Json;

/// <summary>Reads which tokens begin, end and fill texts from a tokenizer_config.json.</summary>
internal static class RolesFile
{
    private const long MaxBytes = 64L << 20;

    /// <summary>Reads the roles; tokens that the tokenizer does not have are left out.</summary>
    public static SpecialTokenIds Read(string path, Tokenizer tokenizer)
    {
        long length = new FileInfo(path).Length;
        if (length > MaxBytes) throw new ModelFormatException(path, null, null, $"{length} bytes, more than {MaxBytes}");
        using JsonDocument document = TokenizerJson.Parse(File.ReadAllBytes(path), path);
        var root = new JsonSection(path, "", document.RootElement);
        return new SpecialTokenIds
        {
            Bos = IdOf("bos_token") ?? tokenizer.BosId,
            Eos = IdOf("eos_token") ?? tokenizer.EosId,
            Unknown = IdOf("unk_token") ?? tokenizer.UnknownId,
            Pad = IdOf("pad_token") ?? tokenizer.PadId,
        };

        // A token is a string or an object with its content.
        int? IdOf(string name) => root.Find(name) switch
        {
            null => null,
            { Element.ValueKind: JsonValueKind.Object } token => tokenizer.TokenToId(token.Text("content")),
            { } token => tokenizer.TokenToId(token.AsText()),
        };
    }
}
