using Bloomery.Formats.Gguf;
using Bloomery.Formats.Tokenizers.SentencePiece;

namespace Bloomery.Formats.Tokenizers.Gguf;

/// <summary>The tokenizer keys of a GGUF file (formats.md, GGUF), checked against each other.</summary>
internal sealed class GgufVocabulary
{
    private const string Prefix = "tokenizer.ggml.";

    // What chat models end a turn with. Converters have marked some of them as ordinary tokens.
    private static readonly HashSet<string> TurnEnds =
    [
        "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|flush|>", "<|calls|>", "<end_of_turn>", "<|endoftext|>",
        "<|eom_id|>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]", "<|end_of_text|>", "<end_of_utterance>", "<turn|>", "<｜end▁of▁sentence｜>", "[e~[",
    ];

    private readonly List<string> _warnings = [];

    private GgufVocabulary(GgufMetadata metadata)
    {
        Metadata = metadata;
        Model = metadata.Get<string>(Prefix + "model");
        Tokens = ReadTokens();
        Types = ReadTypes();
        foreach ((string text, int id) in Tokens.Select((text, id) => (text, id)))
        {
            if (TurnEnds.Contains(text)) Types[id] = PieceType.Control;
        }
    }

    /// <summary>The file's keys.</summary>
    public GgufMetadata Metadata { get; }

    /// <summary>The file's path.</summary>
    public string File => Metadata.File;

    /// <summary>The kind of tokenizer: <c>gpt2</c>, <c>llama</c>, <c>bert</c>, <c>t5</c>.</summary>
    public string Model { get; }

    /// <summary>The spelling of each token.</summary>
    public string[] Tokens { get; }

    /// <summary>The type of each token.</summary>
    public PieceType[] Types { get; }

    /// <summary>Reads the keys.</summary>
    /// <exception cref="ModelFormatException">A key is missing, of another type, or contradicts the number of tokens.</exception>
    public static GgufVocabulary Read(GgufMetadata metadata) => new(metadata);

    /// <summary>A flag of the tokenizer, by the last part of its key.</summary>
    public bool Flag(string name, bool fallback) => Metadata.Get(Prefix + name, fallback);

    /// <summary>A text of the tokenizer, by the last part of its key.</summary>
    public string Text(string name, string fallback) => Metadata.Get(Prefix + name, fallback);

    /// <summary>What was passed over, each thing once.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>The id that a key of the form <c>{role}_token_id</c> names, or null; an id outside the vocabulary counts as none, with a warning.</summary>
    public int? Role(string role)
    {
        string key = $"{Prefix}{role}_token_id";
        if (!Metadata.TryGet(key, out long id)) return null;
        if (id is -1 or uint.MaxValue) return null;     // how converters spell "none"
        if (id >= 0 && id < Tokens.Length) return (int)id;
        string warning = $"{File}: {key}: {id} is not among the {Tokens.Length} tokens, the model is read as if it had none";
        if (!_warnings.Contains(warning)) _warnings.Add(warning);
        return null;
    }

    /// <summary>The special tokens that have a role.</summary>
    public SpecialTokenIds Roles() => new() { Bos = Role("bos"), Eos = Role("eos"), Unknown = Role("unknown"), Pad = Role("padding") };

    /// <summary>Why the tokenizer puts around a text what it does, for people.</summary>
    public string FrameReason()
    {
        if (Model == "bert") return "as every vocabulary of the kind bert";
        bool isStated = Metadata.Contains(Prefix + "add_bos_token") || Metadata.Contains(Prefix + "add_eos_token");
        string kind = Model == "gpt2" ? Text("pre", "default") : Model;
        return isStated ? "by the file's add_bos_token and add_eos_token" : $"as the kind {kind} does, since no flag says otherwise";
    }

    /// <summary>The score of each token.</summary>
    public float[] ReadScores()
    {
        const string Key = Prefix + "scores";
        float[] scores = Metadata.Get<float[]>(Key);
        if (scores.Length != Tokens.Length) throw Error(Key, $"{scores.Length} scores for {Tokens.Length} tokens");
        return Array.FindIndex(scores, float.IsNaN) is >= 0 and int bad ? throw Error(Key, $"token {bad} has the score NaN; a number is needed") : scores;
    }

    /// <summary>The merges, each two tokens with a space between.</summary>
    public GgufStrings ReadMerges() => Metadata.Get<GgufStrings>(Prefix + "merges");

    /// <summary>The table of character replacements, or null; signed and unsigned bytes are both in use.</summary>
    public byte[]? ReadCharsMap()
    {
        const string Key = Prefix + "precompiled_charsmap";
        if (!Metadata.TryGetEntry(Key, out GgufEntry entry) || entry.Count == 0) return null;
        bool isBytes = entry.Type == GgufValueType.Array && entry.Element is GgufValueType.Int8 or GgufValueType.UInt8;
        return isBytes ? Metadata.Payload(entry).ToArray() : throw Error(Key, $"{entry.Describe()}, expected an array of bytes");
    }

    /// <summary>The tokens that are matched as text before anything else: special ones where they are parsed, user-defined ones always.</summary>
    public IEnumerable<(string Text, int Id, bool Special)> Symbols()
    {
        for (int id = 0; id < Tokens.Length; id++)
        {
            if (Types[id] is PieceType.Control or PieceType.Unknown) yield return (Tokens[id], id, true);
            else if (Types[id] == PieceType.UserDefined) yield return (Tokens[id], id, false);
        }
    }

    /// <summary>The tokens after which a model has said what it wanted: end of text, of turn, of message.</summary>
    public int[] EndIds()
    {
        var ids = new SortedSet<int>();
        foreach (string role in new[] { "eos", "eot", "eom" })
        {
            if (Role(role) is int id) ids.Add(id);
        }

        var named = new Dictionary<string, int>();
        for (int id = 0; id < Tokens.Length; id++)
        {
            if (Types[id] == PieceType.Control && TurnEnds.Contains(Tokens[id])) named[Tokens[id]] = id;
        }

        // In the dialect that ends with these, <|end|> only closes a channel.
        bool closesChannels = named.ContainsKey("<|call|>") && named.ContainsKey("<|return|>") || named.ContainsKey("<|calls|>")
            && named.ContainsKey("<|flush|>");
        if (closesChannels) named.Remove("<|end|>");
        ids.UnionWith(named.Values);
        return ids.ToArray();
    }

    /// <summary>An error in a key.</summary>
    public ModelFormatException Error(string key, string problem) => new(File, key, null, problem);

    private string[] ReadTokens()
    {
        const string Key = Prefix + "tokens";
        GgufStrings strings = Metadata.Get<GgufStrings>(Key);
        if (strings.Count == 0) throw Error(Key, "there are none");
        string[] tokens = strings.ToArray();
        for (int id = 0; id < tokens.Length; id++)
        {
            if (tokens[id].Length == 0) tokens[id] = $"[EMPTY_{id}]";    // gaps of the original vocabulary
        }

        return tokens;
    }

    private PieceType[] ReadTypes()
    {
        const string Key = Prefix + "token_type";
        if (!Metadata.TryGet(Key, out int[]? numbers)) return GuessTypes();
        if (numbers.Length != Tokens.Length) throw Error(Key, $"{numbers.Length} types for {Tokens.Length} tokens");
        var types = new PieceType[numbers.Length];
        for (int id = 0; id < types.Length; id++)
        {
            // 0 is "undefined", which converters use for the ordinary.
            types[id] = numbers[id] is 0 ? PieceType.Normal
                : Enum.IsDefined((PieceType)numbers[id]) ? (PieceType)numbers[id]
                : throw Error(Key, $"token {id} has type {numbers[id]}, expected 0 to 6");
        }

        return types;
    }

    /// <summary>Old files have no types: those with a role are special, the rest as they are spelled.</summary>
    private PieceType[] GuessTypes()
    {
        PieceType[] types = Array.ConvertAll(Tokens, token => PieceVocabulary.ParseByte(token) is null ? PieceType.Normal : PieceType.Byte);
        foreach (string role in new[] { "bos", "eos", "padding", "cls", "seperator", "mask" })
        {
            if (Role(role) is int id) types[id] = PieceType.Control;
        }

        if (Role("unknown") is int unknown) types[unknown] = PieceType.Unknown;
        return types;
    }
}
