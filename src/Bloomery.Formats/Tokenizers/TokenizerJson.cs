using System.IO.Compression;
using System.Text.Json;
using Bloomery.Formats.Tokenizers.Json;

namespace Bloomery.Formats.Tokenizers;

/// <summary>Reads tokenizer.json, the format of the reference library (formats.md, Tokenizers).</summary>
internal static class TokenizerJson
{
    private const long MaxBytes = 1L << 30;

    /// <summary>Reads a file, gzipped or not. What lies beside it is read by <see cref="TokenizerLoader"/>.</summary>
    /// <exception cref="ModelFormatException">The file is not a tokenizer that this library can run; the message names the place.</exception>
    public static PipelineTokenizer Load(string path) => Load(ReadAll(path), path);

    /// <summary>Reads a tokenizer from memory.</summary>
    /// <param name="utf8">The JSON text.</param>
    /// <param name="name">The file's name, for messages.</param>
    /// <exception cref="ModelFormatException">It is not a tokenizer that this library can run; the message names the place.</exception>
    public static PipelineTokenizer Load(ReadOnlyMemory<byte> utf8, string name)
    {
        using JsonDocument document = JsonFile.Parse(utf8, name, repeats: true);
        var root = new JsonSection(name, "", document.RootElement);
        JsonSection modelJson = root.Get("model");
        Models.TokenModel model = ModelReader.Read(modelJson);
        return new PipelineTokenizer(new TokenizerParts(model)
        {
            Normalizer = root.Find("normalizer") is { } n ? Components.Create(Components.Normalizers, n) : null,
            PreTokenizer = root.Find("pre_tokenizer") is { } p ? Components.Create(Components.PreTokenizers, p) : null,
            PostProcessor = root.Find("post_processor") is { } q ? Components.Create(Components.PostProcessors, q) : null,
            Decoder = root.Find("decoder") is { } d ? Components.Create(Components.Decoders, d) : null,
            AddedTokens = root.Find("added_tokens") is { } added ? AddedTokenReader.Read(added, model.Vocabulary) : [],
        });
    }

    /// <summary>A file's text, unpacked where it is gzipped.</summary>
    internal static byte[] ReadAll(string path)
    {
        using FileStream file = File.OpenRead(path);
        bool zipped = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        if (file.Length > MaxBytes) throw new ModelFormatException(path, null, null, $"{file.Length} bytes, more than {MaxBytes}");
        file.Position = 0;
        using Stream source = zipped ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var memory = new MemoryStream(zipped ? 0 : (int)file.Length);
        var buffer = new byte[1 << 16];
        try
        {
            for (int read; (read = source.Read(buffer)) > 0;)
            {
                if (memory.Length + read > MaxBytes) throw new ModelFormatException(path, null, null, $"more than {MaxBytes} bytes");
                memory.Write(buffer, 0, read);
            }
        }
        catch (InvalidDataException e)
        {
            throw new ModelFormatException(path, null, null, "not valid gzip", e);
        }
        return memory.ToArray();
    }
}
