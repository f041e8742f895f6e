using System.Text.Json;
using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Tokenizers;
using Bloomery.Formats.Tokenizers.SentencePiece;

namespace Bloomery.Conversion;

/// <summary>
/// Writes the tokenizer that lies beside a checkpoint into a GGUF file's keys. How words are cut is a name there; it is found by trying, the likely ones first:
/// the new tokenizer has to give the ids of the old one for a text that tells the known kinds apart.
/// </summary>
internal sealed class GgufTokenizerKeys
{
    private readonly GgufVocabularyDraft _draft;
    private readonly TokenizerBundle _bundle;
    private readonly Action<string>? _warn;

    private GgufTokenizerKeys(GgufVocabularyDraft draft, TokenizerBundle bundle, Action<string>? warn) => (_draft, _bundle, _warn) = (draft, bundle, warn);

    /// <summary>Sets the keys; without a tokenizer the file says that it has none.</summary>
    /// <param name="writer">The new file.</param>
    /// <param name="folder">Where the tokenizer lies.</param>
    /// <param name="vocabulary">Rows of the embedding table.</param>
    /// <param name="architecture">GGUF's name of the family, which may be that of a kind of tokenizer, too.</param>
    /// <param name="warn">Told what does not fit.</param>
    public static void Write(GgufWriter writer, string folder, int vocabulary, string architecture, Action<string>? warn)
    {
        string? json = ((string[])["tokenizer.json", "tokenizer.json.gz"]).Select(n => Path.Combine(folder, n)).FirstOrDefault(File.Exists);
        bool pieces = File.Exists(Path.Combine(folder, "tokenizer.model"));
        if (json is null && !pieces)
        {
            writer.Set("tokenizer.ggml.model", "none");
            warn?.Invoke($"{folder} has no tokenizer.json or tokenizer.model: the new file takes and gives token ids only");
            return;
        }
        TokenizerBundle bundle = TokenizerLoader.Load(folder);
        GgufVocabularyDraft draft = json is not null
            ? FromJson(json, (PipelineTokenizer)bundle.Tokenizer)
            : FromPieces((SentencePieceTokenizer)bundle.Tokenizer, Path.Combine(folder, "tokenizer.model"));
        draft.FitTo(vocabulary, warn);
        if (draft.SharedSpelling() is { } shared) warn?.Invoke($"llama.cpp will not read the new file: it has two tokens that are spelled '{shared}'");
        GgufTokenizerKeys keys = new(draft, bundle, warn);
        keys.Roles();
        keys.Recognize(architecture);
        draft.WriteTo(writer);
        foreach ((string name, string template) in bundle.ChatTemplates)
            writer.Set(name == TokenizerBundle.DefaultTemplate ? "tokenizer.chat_template" : $"tokenizer.chat_template.{name}", template);
        string[] further = [.. bundle.ChatTemplates.Keys.Where(name => name != TokenizerBundle.DefaultTemplate).Order(StringComparer.Ordinal)];
        if (further.Length > 0) writer.Set("tokenizer.chat_templates", further);
    }

    private static GgufVocabularyDraft FromJson(string path, PipelineTokenizer tokenizer)
    {
        using JsonDocument document = JsonFile.Parse(TokenizerJson.ReadAll(path), path);
        return GgufVocabularyDraft.FromJson(document.RootElement, tokenizer.Parts.AddedTokens, path);
    }

    private static GgufVocabularyDraft FromPieces(SentencePieceTokenizer tokenizer, string path)
    {
        if (tokenizer.IsUnigram)
            throw new ModelFormatException(path, "model_type", null, "Unigram models are converted from their tokenizer.json, which is not there");
        return new GgufVocabularyDraft("llama", [.. tokenizer.ListPieces().Select(p => p.Text)], [.. tokenizer.ListPieces().Select(p => (int)p.Type)])
        {
            Scores = [.. tokenizer.ListPieces().Select(p => p.Score)], SpacePrefix = tokenizer.AddsSpace,
        };
    }

    /// <summary>What frames a text is asked of the tokenizer itself.</summary>
    private void Roles()
    {
        Tokenizer tokenizer = _bundle.Tokenizer;
        (IReadOnlyList<int> before, IReadOnlyList<int> behind, _) = _bundle.Frame;
        int? bos = before.Count == 1 ? before[0] : IdOf(_bundle.BosToken) ?? tokenizer.BosId;
        int? eos = behind.Count == 1 ? behind[0] : IdOf(_bundle.EosToken) ?? tokenizer.EosId;
        _draft.Ids["bos"] = bos;
        _draft.Ids["eos"] = eos;
        _draft.Ids["unknown"] = tokenizer.UnknownId;
        _draft.Ids["padding"] = tokenizer.PadId ?? IdOf("[PAD]");
        if (_draft.Model == "bert") (_draft.Ids["cls"], _draft.Ids["seperator"]) = (bos, eos);
        _draft.Ids["mask"] = IdOf("[MASK]") ?? IdOf("<mask>");
        _draft.AddBos = before.Count > 0;
        _draft.AddEos = behind.Count > 0;
        if (before.Count > 1 || behind.Count > 1)
            _warn?.Invoke("the tokenizer puts several special tokens around a text, which GGUF cannot express: only one is kept on each side");

        int? IdOf(string? token) => token is null ? null : tokenizer.TokenToId(token);
    }

    private void Recognize(string architecture)
    {
        if (_draft.Model != "gpt2")
        {
            if (FirstDifference() is { } text)
                _warn?.Invoke($"the tokenizer has rules that GGUF does not have: '{text}' is cut otherwise than by the original");
            return;
        }
        foreach (string kind in PreTokenizerProbe.Candidates(architecture, _draft.Hint, _draft.IgnoreMerges))
        {
            _draft.Pre = kind;
            if (FirstDifference() is null) return;
        }
        _draft.Pre = "default";
        _warn?.Invoke("the tokenizer cuts words in a way that has no name in GGUF: 'default' is stated, which differs");
    }

    /// <summary>The first probe for which the drafted tokenizer gives other ids than the original.</summary>
    private string? FirstDifference()
    {
        Tokenizer drafted = _draft.Open();
        EncodeOptions plain = new() { AddSpecial = false };
        return PreTokenizerProbe.Texts.FirstOrDefault(text => !drafted.EncodeToIds(text, plain).AsSpan()
            .SequenceEqual(_bundle.Tokenizer.EncodeToIds(text, plain)));
    }
}
