using Bloomery.Formats.Gguf;
using Bloomery.Formats.Tokenizers.Gguf;
using Bloomery.Formats.Tokenizers.SentencePiece;

namespace Bloomery.Formats.Tokenizers;

/// <summary>Opens a tokenizer wherever it is stored: <c>tokenizer.json</c>, a SentencePiece <c>.model</c>, a GGUF file, or a model's directory.</summary>
public static class TokenizerLoader
{
    private const string JsonName = "tokenizer.json";
    private const string SentencePieceName = "tokenizer.model";
    private const string TemplateKey = "tokenizer.chat_template";

    /// <summary>Opens what lies at <paramref name="path"/>. A directory's <c>tokenizer.json</c> comes first, then its <c>tokenizer.model</c>, then its GGUF file.</summary>
    /// <exception cref="ModelFormatException">It is damaged, or none of these.</exception>
    /// <exception cref="FileNotFoundException">There is nothing at <paramref name="path"/>.</exception>
    public static TokenizerBundle Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path)) return LoadDirectory(path);
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: there is no such file or directory", path);
        return Recognize(path) switch
        {
            Kind.Gguf => LoadGguf(path),
            Kind.Json => Bundle(LoadJson(path), path),
            Kind.SentencePiece => Bundle(SentencePieceTokenizer.Load(path), path),
            _ => throw new ModelFormatException(path, null, null, "no tokenizer: expected tokenizer.json, a SentencePiece .model or a GGUF file"),
        };
    }

    /// <summary>Makes the tokenizer of a GGUF file that is open already.</summary>
    /// <exception cref="ModelFormatException">Its keys are damaged, or its kind is not supported.</exception>
    public static TokenizerBundle Load(GgufMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        var templates = new Dictionary<string, string>();
        foreach (string key in metadata.Keys)
        {
            if (key == TemplateKey) templates[TokenizerBundle.DefaultTemplate] = metadata.Get<string>(key);
            else if (key.StartsWith(TemplateKey + ".", StringComparison.Ordinal)) templates.TryAdd(key[(TemplateKey.Length + 1)..], metadata.Get<string>(key));
        }

        return Bundle(GgufTokenizer.Create(metadata), metadata.File) with { ChatTemplates = templates, EndIds = GgufTokenizer.EndIds(metadata) };
    }

    private static TokenizerBundle LoadDirectory(string directory)
    {
        string json = Path.Combine(directory, JsonName), model = Path.Combine(directory, SentencePieceName);
        if (File.Exists(json)) return WithConfig(LoadJson(json), json, directory);
        if (File.Exists(model)) return WithConfig(SentencePieceTokenizer.Load(model), model, directory);
        string[] ggufs = Directory.GetFiles(directory, "*.gguf").Order(StringComparer.Ordinal).ToArray();
        return ggufs.Length switch
        {
            0 => throw new ModelFormatException(directory, null, null, $"no tokenizer: expected {JsonName}, {SentencePieceName} or a GGUF file in this directory"),
            1 => LoadGguf(ggufs[0]),
            _ => throw new ModelFormatException(directory, null, null, $"{ggufs.Length} GGUF files and no {JsonName}: name one of them"),
        };
    }

    private static TokenizerBundle LoadGguf(string path)
    {
        using GgufFile file = GgufFile.Open(path);
        return Load(file.Metadata);
    }

    private static Tokenizer LoadJson(string path) => throw new NotSupportedException(path);

    private static TokenizerBundle WithConfig(Tokenizer tokenizer, string source, string directory)
    {
        TokenizerConfig config = TokenizerConfig.Read(directory);
        if (tokenizer is SentencePieceTokenizer pieces) tokenizer = pieces.Adding(config.AddBos ?? true, config.AddEos ?? true);
        TokenizerBundle bundle = Bundle(tokenizer, source);
        return bundle with
        {
            BosToken = config.BosToken ?? bundle.BosToken,
            EosToken = config.EosToken ?? bundle.EosToken,
            ChatTemplates = config.ChatTemplates,
            EndIds = [.. new SortedSet<int>(bundle.EndIds.Concat(config.EndIds))],
        };
    }

    private static TokenizerBundle Bundle(Tokenizer tokenizer, string source) => new()
    {
        Tokenizer = tokenizer,
        Source = source,
        BosToken = tokenizer.BosId is int bos ? tokenizer.IdToToken(bos) : null,
        EosToken = tokenizer.EosId is int eos ? tokenizer.IdToToken(eos) : null,
        EndIds = tokenizer.EosId is int end ? [end] : [],
    };

    private enum Kind
    {
        Unknown,
        Gguf,
        Json,
        SentencePiece,
    }

    /// <summary>By the content where it is unmistakable, else by the name.</summary>
    private static Kind Recognize(string path)
    {
        if (GgufFile.IsGguf(path)) return Kind.Gguf;
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".json" => Kind.Json,
            ".model" or ".spm" => Kind.SentencePiece,
            _ => Kind.Unknown,
        };
    }
}
