using System.Text.Json;
using System.Text.Json.Nodes;
using Bloomery.Conversion;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Safetensors;
using Bloomery.Formats.Tokenizers;
using Bloomery.Numerics.Quantization;
using Bloomery.TestSupport;

namespace Bloomery.Golden.Conversion;

/// <summary>The tokenizers of golden/tokenizers carried into GGUF files with a tiny model, and back.</summary>
public sealed class TokenizerConversionGoldenTests : IDisposable
{
    private static readonly string Root = Path.Combine(TestPaths.Golden, "tokenizers");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bloomery-convert-");

    public void Dispose() => _folder.Delete(recursive: true);

    // Folder, the kind that GGUF calls it, and the share of the texts that must keep their ids.
    public static TheoryData<string, string, string, double> Folders() => new()
    {
        { "gpt2-bpe", "gpt2", "gpt-2", 1 }, { "bloom-bpe", "gpt2", "bloom", 1 }, { "llama3-bpe", "gpt2", "llama-bpe", 1 }, { "qwen-bpe", "gpt2", "qwen2", 0.9 },
        { "starcoder-bpe", "gpt2", "starcoder", 1 },
        { "bert-uncased", "bert", "default", 0.99 }, { "bert-cased", "bert", "default", 0.99 }, { "llama2-spm", "llama", "default", 1 },
        { "unigram-t5", "t5", "default", 0.9 }, { "spm-bpe", "llama", "default", 0.9 },
    };

    [SkippableTheory, MemberData(nameof(Folders))]
    public void Ids_stay_the_same(string folder, string model, string pre, double share)
    {
        TestPaths.NeedsGolden($"tokenizers/{folder}");
        string from = WriteModel(folder), to = Path.Combine(_folder.FullName, "model.gguf"), back = Path.Combine(_folder.FullName, "back");
        List<string> notes = [];
        ModelConverter.Convert(from, to, new ConversionOptions { Threads = 1, Warn = notes.Add });
        using (GgufFile file = GgufFile.Open(to))
        {
            Assert.Equal(model, file.Metadata.Get<string>("tokenizer.ggml.model"));
            Assert.Equal(pre, file.Metadata.Get<string>("tokenizer.ggml.pre"));
            Assert.Equal("{{ messages }}", file.Metadata.Get<string>("tokenizer.chat_template"));
        }
        Compare(from, to, share, $"{folder} as GGUF ({string.Join("; ", notes)})");
        if (model == "t5") return;
        ModelConverter.Convert(to, back, new ConversionOptions { Threads = 1, Warn = notes.Add });
        Compare(to, back, share, $"{folder} made of GGUF ({string.Join("; ", notes)})");
    }

    [SkippableFact]
    public void Two_tokens_of_one_spelling_are_told_of()
    {
        TestPaths.NeedsGolden("tokenizers/added-bert"); // "##ing" is spelled as the added token "ing"
        List<string> notes = [];
        ModelConverter.Convert(WriteModel("added-bert"), Path.Combine(_folder.FullName, "model.gguf"), new ConversionOptions { Threads = 1, Warn = notes.Add });
        Assert.Contains(notes, n => n.EndsWith("two tokens that are spelled 'ing'", StringComparison.Ordinal));
    }

    private static void Compare(string before, string after, double share, string what)
    {
        TokenizerBundle old = TokenizerLoader.Load(before), made = TokenizerLoader.Load(after);
        Assert.Equal(old.ChatTemplate, made.ChatTemplate);
        // BERT's tokens have other names, by which GGUF knows them, too.
        Assert.Equal((old.BosToken ?? "[CLS]", old.EosToken ?? "[SEP]"), (made.BosToken ?? "[CLS]", made.EosToken ?? "[SEP]"));
        int same = 0, total = 0;
        string? first = null;
        foreach (string text in Texts())
        {
            foreach (bool special in (bool[])[false, true])
            {
                EncodeOptions options = new() { AddSpecial = special };
                bool equal = old.Tokenizer.EncodeToIds(text, options).AsSpan().SequenceEqual(made.Tokenizer.EncodeToIds(text, options));
                total++;
                if (equal) same++;
                else first ??= text;
            }
        }
        Assert.True(total > 200 && same >= share * total, $"{what}: {same} of {total} are the same; the first that is not: {first}");
    }

    private static IEnumerable<string> Texts()
    {
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root, "gpt2-bpe", "cases.json")));
        JsonElement list = cases.RootElement.ValueKind == JsonValueKind.Array ? cases.RootElement : cases.RootElement.GetProperty("cases");
        return [.. list.EnumerateArray().Select(c => c.GetProperty("text").GetString()!).Where(t => t.Length is > 0 and < 400)];
    }

    /// <summary>A model of one narrow layer with as many words as the tokenizer has.</summary>
    private string WriteModel(string folder)
    {
        string directory = _folder.CreateSubdirectory("model").FullName;
        foreach (string file in Directory.GetFiles(Path.Combine(Root, folder), "*token*").Where(f => Path.GetExtension(f) is ".json" or ".model"))
            File.Copy(file, Path.Combine(directory, Path.GetFileName(file)));
        File.WriteAllText(Path.Combine(directory, "chat_template.jinja"), "{{ messages }}");
        int words = TokenizerLoader.Load(directory).Tokenizer.VocabularySize;
        JsonObject config = new()
        {
            ["model_type"] = "llama", ["vocab_size"] = words, ["hidden_size"] = 4, ["num_hidden_layers"] = 1, ["num_attention_heads"] = 1,
            ["intermediate_size"] = 4, ["tie_word_embeddings"] = true,
        };
        File.WriteAllText(Path.Combine(directory, "config.json"), config.ToJsonString());
        SafetensorsWriter writer = new();
        void Add(string name, params long[] shape) => writer.Add(name, BlockFormat.F32, shape, new byte[4 * shape.Aggregate((a, b) => a * b)]);
        Add("model.embed_tokens.weight", words, 4);
        Add("model.norm.weight", 4);
        foreach (string norm in (string[])["input_layernorm", "post_attention_layernorm"]) Add($"model.layers.0.{norm}.weight", 4);
        foreach (string matrix in (string[])["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj",
            "mlp.down_proj"]) Add($"model.layers.0.{matrix}.weight", 4, 4);
        writer.SaveModel(directory);
        return directory;
    }
}
