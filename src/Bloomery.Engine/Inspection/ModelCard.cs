using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Tokenizers;
using Bloomery.Models;
using Bloomery.Models.Config;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Engine.Inspection;

/// <summary>What the headers of a model say; no weight is read.</summary>
internal sealed record ModelCard
{
    /// <summary>The file or directory.</summary>
    public required string Path { get; init; }

    /// <summary><c>GGUF v3</c> or <c>safetensors</c>.</summary>
    public required string Format { get; init; }

    /// <summary>The architecture's key.</summary>
    public required string Architecture { get; init; }

    /// <summary>Whether this build runs it.</summary>
    public required bool Supported { get; init; }

    /// <summary>The model's name, or null.</summary>
    public string? Name { get; init; }

    /// <summary>Its licence, or null where the file does not say.</summary>
    public string? License { get; init; }

    /// <summary>Weights in all tensors.</summary>
    public long Parameters { get; init; }

    /// <summary>Number of tensors.</summary>
    public int Tensors { get; init; }

    /// <summary>Tensors of each type, most frequent first.</summary>
    public required IReadOnlyList<(string Type, int Count)> Types { get; init; }

    /// <summary>Blocks.</summary>
    public int Layers { get; init; }

    /// <summary>Width of the hidden state.</summary>
    public int Hidden { get; init; }

    /// <summary>Tokens in the vocabulary.</summary>
    public int Vocabulary { get; init; }

    /// <summary>The longest context that the model was made for; 0 where it does not say.</summary>
    public int ModelContext { get; init; }

    /// <summary>The kind of tokenizer, or null where there is none.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>The names of its chat templates.</summary>
    public IReadOnlyList<string> Templates { get; init; } = [];

    /// <summary>The spellings of the special tokens put before a text.</summary>
    public IReadOnlyList<string> SpecialBefore { get; init; } = [];

    /// <summary>The spellings of those put behind it.</summary>
    public IReadOnlyList<string> SpecialBehind { get; init; } = [];

    /// <summary>Why these, or null where the tokenizer cannot be read.</summary>
    public string? SpecialReason { get; init; }

    /// <summary>What is wrong with its files.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The context that <see cref="KvBytes"/> is for.</summary>
    public int Context { get; init; }

    /// <summary>Element types of the cache.</summary>
    public required string KvType { get; init; }

    /// <summary>Bytes of all tensors.</summary>
    public long WeightBytes { get; init; }

    /// <summary>Bytes of keys and values for <see cref="Context"/> tokens of one sequence; 0 for encoders.</summary>
    public long KvBytes { get; init; }

    /// <summary>Reads the headers.</summary>
    /// <exception cref="ModelFormatException">The files are damaged, or no model.</exception>
    public static ModelCard Read(string path, int? context, (KvType Keys, KvType Values) kv)
    {
        using TensorFile file = TensorFile.OpenAny(path);
        ModelConfig config = LoadedModel.ReadConfig(path, file);
        string folder = Directory.Exists(path) ? path : System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        GgufMetadata? gguf = (file as GgufFile)?.Metadata;
        int modelContext = config.IntOr(0, "max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length", "max_sequence_length");
        int wanted = context ?? (modelContext > 0 ? modelContext : 2048);
        TokenizerBundle? bundle = FindTokenizer(folder, gguf, out string? problem);
        TokenFrame? frame = bundle?.Frame;
        return new ModelCard
        {
            Path = path,
            Format = file is GgufFile g ? $"GGUF v{g.Version}" : "safetensors",
            Architecture = config.ModelType,
            Supported = LoadedModel.Architectures.TryFind(config.ModelType, out _),
            Name = gguf?.Get("general.name", "") is { Length: > 0 } name
                ? name : System.IO.Path.GetFileName(System.IO.Path.GetFullPath(path).TrimEnd('/', '\\')),
            License = gguf is not null && gguf.TryGet("general.license", out string? license) ? license : LicenseFile(folder),
            Parameters = file.Tensors.Values.Sum(tensor => tensor.ElementCount),
            Tensors = file.Tensors.Count,
            Types = [.. file.Tensors.Values.GroupBy(tensor => tensor.Format.Name).Select(group => (group.Key, group.Count()))
                .OrderByDescending(pair => pair.Item2)],
            Layers = config.IntOr(0, "num_hidden_layers", "n_layer", "n_layers", "num_layers", "decoder_layers"),
            Hidden = config.IntOr(0, "hidden_size", "n_embd", "n_embed", "d_model"),
            Vocabulary = config.IntOr(0, "vocab_size"),
            ModelContext = modelContext,
            Tokenizer = gguf is not null
                ? (gguf.TryGet("tokenizer.ggml.model", out string? kind)
                    ? kind + (gguf.TryGet("tokenizer.ggml.pre", out string? pre) ? $" ({pre})" : "") : null) : TokenizerFile(folder),
            Templates = bundle is null ? [] : [.. bundle.ChatTemplates.Keys.Order(StringComparer.Ordinal)],
            SpecialBefore = frame is null ? [] : [.. frame.Before.Select(id => bundle!.Tokenizer.IdToToken(id)!)],
            SpecialBehind = frame is null ? [] : [.. frame.Behind.Select(id => bundle!.Tokenizer.IdToToken(id)!)],
            SpecialReason = frame?.Reason,
            Warnings = problem is not null ? [problem] : bundle?.Warnings ?? [],
            Context = wanted,
            KvType = kv.Keys == kv.Values ? Word(kv.Keys) : $"{Word(kv.Keys)},{Word(kv.Values)}",
            WeightBytes = file.Tensors.Values.Sum(tensor => tensor.ByteLength),
            KvBytes = CacheSize.Bytes(config, wanted, kv.Keys, kv.Values),
        };
    }

    private static string Word(KvType type) => type.ToString().ToLowerInvariant();

    private static string? TokenizerFile(string folder) => new[] { "tokenizer.json", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model" }
        .FirstOrDefault(name => File.Exists(System.IO.Path.Combine(folder, name)));

    private static string? LicenseFile(string folder) => new[] { "LICENSE", "LICENSE.txt", "LICENSE.md" }
        .FirstOrDefault(name => File.Exists(System.IO.Path.Combine(folder, name))) is { } file ? $"see {file}" : null;

    /// <summary>A tokenizer that cannot be read is no reason to keep the rest back.</summary>
    private static TokenizerBundle? FindTokenizer(string folder, GgufMetadata? gguf, out string? problem)
    {
        problem = null;
        try
        {
            if (gguf is not null) return gguf.Get("tokenizer.ggml.model", "none") is "none" or "no_vocab" ? null : TokenizerLoader.Load(gguf);
            return TokenizerLoader.IsIn(folder) ? TokenizerLoader.Load(folder) : null;
        }
        catch (ModelFormatException e)
        {
            problem = e.Message;
            return null;
        }
    }
}
