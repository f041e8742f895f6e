using Bloomery.Formats.Gguf;
using Bloomery.Formats.Tokenizers.Gguf;
using Bloomery.Formats.Tokenizers.SentencePiece;

namespace Bloomery.Formats.Tokenizers;

/// <summary>Opens a tokenizer wherever it is stored: <c>tokenizer.json</c>, a SentencePiece <c>.model</c>, a GGUF file, or a model's directory.</summary>
public static class TokenizerLoader
{
    private const string TemplateKey = "tokenizer.chat_template";

    private static readonly string[] JsonNames = ["tokenizer.json", "tokenizer.json.gz"];
    private static readonly string[] SentencePieceNames = ["tokenizer.model", "spiece.model"];

    /// <summary>
    /// Opens what lies at <paramref name="path"/>. A directory's <c>tokenizer.json</c> comes first, then its <c>tokenizer.model</c>, then its GGUF model.
    /// </summary>
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
            Kind.Json => WithConfig(TokenizerJson.Load(path), path, Path.GetDirectoryName(Path.GetFullPath(path))!),
            Kind.SentencePiece => Bundle(SentencePieceTokenizer.Load(path), path) with
            {
                FrameReason = "as SentencePiece does; a .model file alone has no flags",
            },
            _ when ForeignContent.DescribeFile(path) is { } other => throw new ModelFormatException(path, null, null, other),
            _ => throw new ModelFormatException(path, null, null, "no tokenizer: expected tokenizer.json, a SentencePiece .model or a GGUF file"),
        };
    }

    /// <summary>Whether a directory holds a tokenizer that <see cref="Load(string)"/> would open; without looking into it.</summary>
    public static bool IsIn(string directory) =>
        JsonNames.Concat(SentencePieceNames).Any(name => File.Exists(Path.Combine(directory, name))) || GgufFolder.Models(directory).Length == 1;

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

        GgufVocabulary vocabulary = GgufVocabulary.Read(metadata);
        Tokenizer tokenizer = GgufTokenizer.Create(vocabulary);
        return Bundle(tokenizer, metadata.File) with
        {
            ChatTemplates = templates, EndIds = vocabulary.EndIds(), Warnings = vocabulary.Warnings, FrameReason = vocabulary.FrameReason(),
        };
    }

    private static TokenizerBundle LoadDirectory(string directory)
    {
        foreach (string name in JsonNames)
        {
            string file = Path.Combine(directory, name);
            if (File.Exists(file)) return WithConfig(TokenizerJson.Load(file), file, directory);
        }

        foreach (string name in SentencePieceNames)
        {
            string file = Path.Combine(directory, name);
            if (File.Exists(file)) return WithConfig(SentencePieceTokenizer.Load(file), file, directory);
        }

        if (GgufFolder.Models(directory) is [])
            throw new ModelFormatException(directory, null, null,
                $"no tokenizer: expected {JsonNames[0]}, {SentencePieceNames[0]} or a GGUF file in this directory");
        return LoadGguf(GgufFolder.Single(directory));
    }

    private static TokenizerBundle LoadGguf(string path)
    {
        using GgufFile file = GgufFile.Open(path);
        return Load(file.Metadata);
    }

    /// <summary>Applies what the files beside a tokenizer say.</summary>
    private static TokenizerBundle WithConfig(Tokenizer tokenizer, string source, string directory)
    {
        TokenizerConfig config = TokenizerConfig.Read(directory);
        (tokenizer, string reason) = tokenizer switch
        {
            SentencePieceTokenizer pieces => FilesBeside.Apply(config, pieces, source),
            PipelineTokenizer pipeline => FilesBeside.Apply(config, pipeline),
            _ => (tokenizer, ""),
        };
        TokenizerBundle bundle = Bundle(tokenizer, source);
        var special = new Dictionary<string, string>(bundle.SpecialTokens);
        foreach ((string name, string spelling) in config.Tokens.Names) special[name] = spelling;
        return bundle with
        {
            SpecialTokens = special,
            ChatTemplates = config.ChatTemplates,
            EndIds = [.. new SortedSet<int>(bundle.EndIds.Concat(config.EndIds))],
            FrameReason = reason,
        };
    }

    private static TokenizerBundle Bundle(Tokenizer tokenizer, string source)
    {
        var special = new Dictionary<string, string>();
        Add("bos_token", tokenizer.BosId);
        Add("eos_token", tokenizer.EosId);
        Add("unk_token", tokenizer.UnknownId);
        Add("pad_token", tokenizer.PadId);
        return new TokenizerBundle
        {
            Tokenizer = tokenizer,
            Source = source,
            SpecialTokens = special,
            EndIds = tokenizer.EosId is int end ? [end] : [],
        };

        void Add(string name, int? id)
        {
            if (id is int known && tokenizer.IdToToken(known) is { } spelling) special[name] = spelling;
        }
    }

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
        if (path.EndsWith(".json.gz", StringComparison.OrdinalIgnoreCase)) return Kind.Json;
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".json" => Kind.Json,
            ".model" or ".spm" => Kind.SentencePiece,
            _ => Kind.Unknown,
        };
    }
}
