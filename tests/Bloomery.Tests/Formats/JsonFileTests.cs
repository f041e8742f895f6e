using System.Text.Json;
using System.Text.Json.Nodes;
using Bloomery.Engine.Embedding;
using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Safetensors;
using Bloomery.Formats.Tokenizers;
using Bloomery.Models.Config;
using Bloomery.Tests.Formats.Gguf;
using Bloomery.Tests.Formats.Safetensors;
using Encoding = System.Text.Encoding;

namespace Bloomery.Tests.Formats;

/// <summary>JSON is read as Python reads it, or refused in plain words, alike in every file of a model.</summary>
public sealed class JsonFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("""{"a": 1, "a": 2}""", """{"a":2}""")]
    [InlineData("""{"a": {"b": 1, "c": [{"d": 1, "d": null}], "b": "x"}, "e": 3, "a": 4}""", """{"a":4,"e":3}""")]
    [InlineData("""{"a": {"b": 1, "c": [{"d": 1, "d": null}], "b": "x"}}""", """{"a":{"b":"x","c":[{"d":null}]}}""")]
    [InlineData("""[{"\u0061": 1, "a": 1.50}]""", """[{"a":1.50}]""")]
    public void Of_a_repeated_key_the_last_value_counts(string json, string expected)
    {
        using JsonDocument document = JsonFile.Parse(Encoding.UTF8.GetBytes(json), "f.json");
        Assert.Equal(expected, JsonSerializer.Serialize(document.RootElement));
    }

    [Theory]
    [InlineData("[Infinity]", double.PositiveInfinity), InlineData("[ -Infinity ]", double.NegativeInfinity), InlineData("[1e999]", double.PositiveInfinity)]
    [InlineData("\uFEFF[-0.5e1]", -5)]
    public void Infinities_are_numbers(string json, double expected)
    {
        using JsonDocument document = JsonFile.Parse(Encoding.UTF8.GetBytes(json), "f.json");
        Assert.Equal(expected, document.RootElement[0].GetDouble());
    }

    [Fact]
    public void Names_of_numbers_inside_of_strings_stay_text()
    {
        using JsonDocument document = JsonFile.Parse("{\"NaN\": \"Infinity \\\" NaN\", \"x\": NaN, \"x\": -Infinity}"u8.ToArray(), "f.json");
        Assert.Equal("Infinity \" NaN", document.RootElement.GetProperty("NaN").GetString());
        Assert.Equal(double.NegativeInfinity, document.RootElement.GetProperty("x").GetDouble());
    }

    [Theory]
    [InlineData("", "is empty, expected JSON")]
    [InlineData(" \n", "is empty, expected JSON")]
    [InlineData("{\"a\": nan}", "is not JSON: 'nan}' is an invalid")]
    [InlineData("[1Infinity]", "is not JSON")]
    [InlineData("[-NaN]", "is not JSON")]
    [InlineData("[NaNs]", "is not JSON")]
    [InlineData("[1,]", "is not JSON")]
    [InlineData("[1] // x", "is not JSON")]
    [InlineData("{\"x\": NaN,\n \"a\": NaN, \"b\" 1}", "(line 2, byte 16)")]
    [InlineData("{\"a\": {\"b\": [", "it ends before an object or a list does")]
    [InlineData("[\"\\ud800\"]", "half of a surrogate pair, which is no text (at byte 2)")]
    [InlineData("[\"\\\\ud800 \\ud83d\\ude00 \\udc00\"]", "half of a surrogate pair, which is no text (at byte 23)")]
    [InlineData("\uFEFF[\"\\ud800\"]", "half of a surrogate pair, which is no text (at byte 5)")]
    [InlineData("{\"\\ud800\": 1}", "half of a surrogate pair")]
    [InlineData("{\"\\ud800\": NaN}", "half of a surrogate pair")]
    public void What_Python_does_not_read_is_refused_in_plain_words(string json, string says) => Refuses(Encoding.UTF8.GetBytes(json), says);

    [Fact]
    public void Other_encodings_and_depths_are_refused_in_plain_words()
    {
        Refuses([.. "[\"a"u8, 0xFF, .. "\"]"u8], "byte 3 is not UTF-8");
        foreach (Encoding wide in (Encoding[])[Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32, new System.Text.UTF32Encoding(true, true)])
        {
            using JsonDocument read = JsonFile.Parse((byte[])[.. wide.GetPreamble(), .. wide.GetBytes("[\"ü\U0001F600\", NaN]")], "f.json");
            Assert.Equal("ü\U0001F600", read.RootElement[0].GetString());
            Refuses([.. wide.GetPreamble(), .. wide.GetBytes("[\"\\ud800\"]")], "half of a surrogate pair");
            Refuses(wide.GetBytes("[1]"), "is not JSON"); // no mark says what it is
            string kind = wide is System.Text.UTF32Encoding ? "UTF-32" : "UTF-16";
            byte[] marked = [.. wide.GetPreamble(), .. wide.GetBytes("[1]")];
            Refuses([.. marked, (byte)' '], $"the bytes at offset {marked.Length} are no {kind}, which its byte order mark promises");
            byte[] half = [.. wide.GetPreamble(), .. wide.GetBytes("[\"a\"]")];
            int unit = wide.GetByteCount("x"), at = wide.GetPreamble().Length + 2 * unit;
            wide.GetBytes("x").CopyTo(half, at);
            half[at + (wide.GetBytes("x")[0] == 'x' ? 1 : unit - 2)] = 0xD8; // half of a pair, or no code point
            Refuses(half, $"the bytes at offset {at} are no {kind}");
        }
        Refuses(Encoding.UTF8.GetBytes(new string('[', 65) + new string(']', 65)), "nests more than 64 levels deep");
        Refuses(Encoding.UTF8.GetBytes(new string('[', 1_000_000)), "nests more than 64 levels deep");
        using JsonDocument deep = JsonFile.Parse(Encoding.UTF8.GetBytes(new string('[', 64) + new string(']', 64)), "f.json");
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x5B, 0, 0x22, 0, 0x3D, 0xD8, 0x22, 0, 0x5D, 0 }, "the bytes at offset 6 are no UTF-16")]   // a first half alone
    [InlineData(new byte[] { 0xFE, 0xFF, 0, 0x5B, 0, 0x22, 0xDC, 0, 0, 0x22, 0, 0x5D }, "the bytes at offset 6 are no UTF-16")]      // a second one
    [InlineData(new byte[] { 0xFF, 0xFE, 0x5B, 0, 0x5D, 0, 0x20 }, "the bytes at offset 6 are no UTF-16")]                            // an odd length
    [InlineData(new byte[] { 0xFF, 0xFE, 0, 0, 0x5B, 0, 0, 0, 0, 0xD8, 0, 0 }, "the bytes at offset 8 are no UTF-32")]
    [InlineData(new byte[] { 0, 0, 0xFE, 0xFF, 0, 0x11, 0, 0 }, "the bytes at offset 4 are no UTF-32")]                               // beyond U+10FFFF
    public void A_byte_order_mark_is_believed_strictly(byte[] bytes, string says)
    {
        Refuses(bytes, says);
        Assert.False(JsonFile.TryParse(bytes, "f.json", 8, out _, out string? problem));
        Assert.Contains(says, problem, StringComparison.Ordinal);
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => JsonFile.ReadText(_directory.Write("chat_template.jinja", bytes)));
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }

    /// <summary>Every kind of file, with what makes it whole: {0} stands where the test puts its own.</summary>
    public static TheoryData<string, string> Kinds() => new()
    {
        { "config.json", "{\"model_type\": \"llama\"{0}}" },
        { "tokenizer_config.json", "{\"bos_token\": \"a\"{0}}" },
        { "special_tokens_map.json", "{\"bos_token\": \"a\"{0}}" },
        { "generation_config.json", "{\"eos_token_id\": 1{0}}" },
        { "tokenizer.json", "{\"model\": {\"type\": \"WordLevel\", \"vocab\": {\"a\": 0, \"b\": 1}, \"unk_token\": \"a\"}{0}}" },
        { "model.safetensors.index.json", "{\"weight_map\": {\"x\": \"model-1.safetensors\"}{0}}" },
        { "modules.json", "[{\"type\": \"a.Transformer\"{0}}]" },
        { "1_Pooling/config.json", "{\"pooling_mode_cls_token\": true{0}}" },
    };

    [Theory, MemberData(nameof(Kinds))]
    public void Every_file_is_read_as_Python_reads_it(string name, string content)
    {
        const string More = ", \"other\": NaN, \"more\": [Infinity, {\"k\": 1, \"k\": -Infinity}], \"other\": 3";
        string whole = content.Replace("{0}", "", StringComparison.Ordinal);
        foreach (string json in (string[])[whole, content.Replace("{0}", More, StringComparison.Ordinal), "\uFEFF" + whole])
            Assert.Equal(Meaning(name), Open(name, json));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Every_file_is_refused_with_its_name(string name, string content)
    {
        string whole = content.Replace("{0}", "", StringComparison.Ordinal);
        foreach ((string text, string says) in (ReadOnlySpan<(string, string)>)
        [
            (content.Replace("{0}", ",", StringComparison.Ordinal), "not JSON"),
            (content.Replace("{0}", ", \"x\": \"\\udc00\"", StringComparison.Ordinal), "half of a surrogate pair"),
            (whole[..^1], "not JSON"), (whole + "]", "not JSON"), ("", "is empty"),
            ("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n", "git lfs pull"),
            ("<!DOCTYPE html><html>", "web page"),
            (content.Replace("{0}", ", \"x\": " + new string('[', 70) + new string(']', 70), StringComparison.Ordinal), "nests more than 64"),
        ])
        {
            ModelFormatException e = Assert.Throws<ModelFormatException>(() => Open(name, text));
            Assert.StartsWith(_directory.Of(name) + ": ", e.Message.Replace('/', Path.DirectorySeparatorChar), StringComparison.Ordinal);
            Assert.Contains(says, e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("same key", e.Message, StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Mutants_of_every_file_are_read_or_refused(string name, string content)
    {
        const string More = ", \"a\": [NaN, 1e5, {\"k\": \"\\ud83d\\ude00\", \"k\": null}], \"temperature\": 0.5, \"bos_token_id\": 3";
        byte[] original = Encoding.UTF8.GetBytes(content.Replace("{0}", More, StringComparison.Ordinal));
        (int read, int refused) = Mutants.Try(original, original.Length, 300, bytes => Open(name, bytes));
        Assert.True(read > 5 && refused > 20, $"{read} read, {refused} refused");
    }

    [Theory]
    [InlineData("""{"a": 0, "b": 1, "a": 2}""", 2, 1), InlineData("""{"a": 0, "b": 0, "b": 1}""", 0, 1)]
    [InlineData("""{"a": 1, "b": 1, "a": 1, "b": 0}""", 1, 0), InlineData("""{"\u0061": 5, "a": 1, "b": 0}""", 1, 0)]
    public void Of_a_repeated_token_the_last_id_counts(string vocabulary, int a, int b)
    {
        string json = $$$"""{"model": {"type": "BPE", "merges": []}, "model": {"type": "WordLevel", "vocab": {{{vocabulary}}}, "unk_token": "a"}}""";
        string path = _directory.Write("tokenizer.json", Encoding.UTF8.GetBytes(json));
        Tokenizer tokenizer = TokenizerLoader.Load(path).Tokenizer;
        Assert.Equal((a, b), (tokenizer.TokenToId("a"), tokenizer.TokenToId("b")));
        Assert.Equal(("a", "b"), (tokenizer.IdToToken(a), tokenizer.IdToToken(b)));
    }

    [Theory]
    [InlineData("config.json", """{"model_type": NaN}""", "model_type: is NaN; a string is needed")]
    [InlineData("tokenizer_config.json", """{"bos_token": NaN}""", "bos_token")]
    [InlineData("generation_config.json", """{"temperature": NaN}""", "temperature: is NaN; a number is needed")]
    [InlineData("generation_config.json", """{"eos_token_id": [1, Infinity]}""", "eos_token_id")]
    [InlineData("tokenizer_config.json", """{"add_bos_token": NaN}""", "add_bos_token: expected true or false")]
    [InlineData("tokenizer_config.json", """{"add_eos_token": "yes"}""", "add_eos_token: expected true or false")]
    [InlineData("tokenizer_config.json", """{"chat_template": NaN}""", "chat_template: ")]
    [InlineData("tokenizer_config.json", """{"chat_template": [{"name": "default", "template": NaN}]}""", "an entry without 'name' and 'template'")]
    [InlineData("tokenizer.json", """{"model": {"type": "WordLevel", "vocab": {"a": NaN}}}""", "model.vocab.a: expected a number, found NaN")]
    [InlineData("tokenizer.json", """{"model": {"type": "Unigram", "vocab": [["a", -Infinity]]}}""", "the number is not finite")]
    [InlineData("tokenizer.json", """{"model": {"type": NaN}}""", "model.type: expected a string, found NaN")]
    [InlineData("model.safetensors.index.json", """{"weight_map": {"x": NaN}}""", "is not the plain name")]
    public void What_is_asked_for_has_to_be_of_its_kind(string name, string content, string says) =>
        Assert.Contains(says, Assert.Throws<ModelFormatException>(() => Open(name, content)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("hidden_size", "NaN", "hidden_size: is NaN; a number is needed")]
    [InlineData("hidden_size", "Infinity", "hidden_size: is Infinity; a number is needed")]
    [InlineData("rope_theta", "-Infinity", "rope_theta: is -Infinity; a number is needed")]
    [InlineData("hidden_size", "\"1,024\"", "hidden_size: is \"1,024\"; a number is needed"), InlineData("hidden_size", "\"1.024,5\"", "a number is needed")]
    [InlineData("hidden_size", "\" 16\"", "a number is needed")]
    [InlineData("hidden_size", "\"16 \"", "a number is needed"), InlineData("hidden_size", "\"0x10\"", "a number is needed")]
    [InlineData("hidden_size", "\"1_6\"", "a number is needed"), InlineData("hidden_size", "\"\"", "a number is needed")]
    [InlineData("rms_norm_eps", "\"1e-5x\"", "rms_norm_eps: is \"1e-5x\"; a number is needed"), InlineData("rms_norm_eps", "\"1,5\"", "a number is needed")]
    [InlineData("rms_norm_eps", "\"(1)\"", "a number is needed"), InlineData("rms_norm_eps", "\"$1\"", "a number is needed")]
    [InlineData("rms_norm_eps", "\"NaN\"", "a number is needed"), InlineData("rms_norm_eps", "\"\u0661\"", "a number is needed")]
    public void Numbers_are_numbers(string key, string value, string says)
    {
        ModelConfig config = ModelConfig.Load(_directory.Write("config.json", Encoding.UTF8.GetBytes($$"""{"{{key}}": {{value}}}""")));
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => config.DoubleOrNull(key));
        Assert.StartsWith($"{_directory.Of("config.json")}: {key}: is ", e.Message, StringComparison.Ordinal);
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"16\"", 16), InlineData("\"1e-5\"", 1e-5), InlineData("\"-2.5E+1\"", -25), InlineData("16.0", 16)]
    public void Quoted_numbers_are_read_as_JSON_spells_them(string value, double expected) =>
        Assert.Equal(expected, new ModelConfig("f", JsonNode.Parse($$"""{"a": {{value}}}""")!.AsObject()).DoubleOrNull("a"));

    [Theory]
    [InlineData("2,048"), InlineData("2048 "), InlineData("2.048,0"), InlineData("many"), InlineData("")]
    public void Numbers_in_texts_of_GGUF_keys_are_numbers(string value)
    {
        byte[] file = new GgufBytes().Key("general.architecture", "llama").Key("llama.context_length", value).Key("llama.block_count", "12").Build();
        using GgufFile gguf = GgufFile.Open(file, "m.gguf");
        ModelConfig config = GgufConfig.Read(gguf);
        Assert.Equal(12, config.IntOrNull("num_hidden_layers"));
        string message = Assert.Throws<ModelFormatException>(() => config.IntOrNull("max_position_embeddings")).Message;
        Assert.Equal($"m.gguf: llama.context_length: is \"{value}\"; a number is needed", message);
    }

    /// <summary>What <see cref="Open(string, byte[])"/> gives for the whole files of <see cref="Kinds"/>.</summary>
    private static object Meaning(string name) => name switch
    {
        "config.json" => "llama",
        "tokenizer.json" => 2,
        "model.safetensors.index.json" => "x",
        "modules.json" => new SentenceModules(null, false),
        "1_Pooling/config.json" => new SentenceModules(Pooling.Cls, null),
        "generation_config.json" => "1",
        _ => "a", // the begin token
    };

    private object? Open(string name, string content) => Open(name, Encoding.UTF8.GetBytes(content));

    /// <summary>Reads a file as whoever needs it does, and tells what it says.</summary>
    private object? Open(string name, byte[] content)
    {
        string path = _directory.Write(name, content);
        switch (name)
        {
            case "config.json":
                return ModelConfig.Load(path).ModelType;
            case "tokenizer.json":
                return TokenizerLoader.Load(path).Tokenizer.VocabularySize;
            case "model.safetensors.index.json":
                _directory.Write("model-1.safetensors", SafetensorsFileTests.File("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1));
                using (SafetensorsFile model = SafetensorsFile.OpenModel(_directory.Path)) return string.Join(',', model.Tensors.Keys);
            case "modules.json" or "1_Pooling/config.json":
                return SentenceModules.Read(_directory.Path);
            default:
                IReadOnlyList<int> endIds = name == "generation_config.json" ? GenerationDefaults.Find(_directory.Path).EndIds : [];
                _directory.Write("tokenizer.json", """{"model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}}"""u8.ToArray());
                TokenizerBundle bundle = TokenizerLoader.Load(_directory.Path);
                return name == "generation_config.json" ? string.Join(',', endIds) : bundle.BosToken;
        }
    }

    private static void Refuses(byte[] json, string says)
    {
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => JsonFile.Parse(json, "f.json"));
        Assert.StartsWith("f.json: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }
}
