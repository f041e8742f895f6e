using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Tokenizers;
using Bloomery.Formats.Tokenizers.SentencePiece;
using Bloomery.Tests.Tokenizers.Gguf;
using Bloomery.Tests.Tokenizers.SentencePiece;

namespace Bloomery.Tests.Tokenizers;

public sealed class TokenizerLoaderTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tokenizer-loader-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void ReadsAGgufFileWithItsTemplates()
    {
        string path = Place("model.gguf", Vocabularies.ByteLevel().Set("tokenizer.chat_template", "plain").Set("tokenizer.chat_template.tool_use", "tools"));
        foreach (string opened in new[] { path, _directory })
        {
            TokenizerBundle bundle = TokenizerLoader.Load(opened);
            Assert.Equal((path, "plain", "tools"), (bundle.Source, bundle.ChatTemplate, bundle.ChatTemplates["tool_use"]));
            Assert.Equal(("<|im_start|>", "<|im_end|>"), (bundle.BosToken, bundle.EosToken));
            Assert.Equal([265], bundle.EndIds);
            Assert.Equal([261], bundle.Tokenizer.EncodeToIds("ab"));
        }
    }

    [Fact]
    public void AGgufFileIsRecognisedWhateverItsName() =>
        Assert.Equal(268, TokenizerLoader.Load(Place("blob", Vocabularies.ByteLevel())).Tokenizer.VocabularySize);

    [Fact]
    public void SeveralGgufFilesAreAmbiguous()
    {
        Place("a.gguf", Vocabularies.ByteLevel());
        Place("b.gguf", Vocabularies.ByteLevel());
        Refused(_directory, "2 GGUF files");
    }

    [Fact]
    public void ReadsADirectoryWithASentencePieceModel()
    {
        Place("tokenizer.model", new ModelBuilder().Specials().Piece("▁a", -1).Build());
        Place("model.gguf", Vocabularies.ByteLevel());
        Assert.Equal([1, 3, 2], Load().Tokenizer.EncodeToIds("a", new() { AddSpecial = true }));

        Place("tokenizer_config.json", """{"add_bos_token": true, "add_eos_token": false, "bos_token": {"content": "<s>"}, "chat_template": "T"}""");
        TokenizerBundle bundle = Load();
        Assert.IsType<SentencePieceTokenizer>(bundle.Tokenizer);
        Assert.Equal([1, 3], bundle.Tokenizer.EncodeToIds("a", new() { AddSpecial = true }));
        Assert.Equal(("<s>", "</s>", "T"), (bundle.BosToken, bundle.EosToken, bundle.ChatTemplate));
    }

    [Fact]
    public void GathersTemplatesAndEndIds()
    {
        Place("tokenizer.model", new ModelBuilder().Specials().Piece("▁a", -1).Build());
        Place("tokenizer_config.json", """{"chat_template": [{"name": "default", "template": "D"}, {"name": "rag", "template": "R"}]}""");
        Place("generation_config.json", """{"eos_token_id": [7, 2]}""");
        TokenizerBundle bundle = Load();
        Assert.Equal(("D", "R"), (bundle.ChatTemplate, bundle.ChatTemplates["rag"]));
        Assert.Equal([2, 7], bundle.EndIds);

        Place("chat_template.jinja", "J");
        Place("generation_config.json", """{"eos_token_id": 5}""");
        Assert.Equal("J", Load().ChatTemplate);
        Assert.Equal([2, 5], Load().EndIds);
    }

    [Fact]
    public void TokenizerJsonComesFirst()
    {
        Place("tokenizer.model", new ModelBuilder().Specials().Piece("▁a", -1).Build());
        Place("tokenizer.json", """{"model": {"type": "WordLevel", "vocab": {"a": 0, "<e>": 1, "?": 2}, "unk_token": "?"}}""");
        Place("special_tokens_map.json", """{"eos_token": "<e>"}""");
        TokenizerBundle bundle = Load();
        Assert.Equal(Path.Combine(_directory, "tokenizer.json"), bundle.Source);
        Assert.Equal((1, "<e>", 1), (bundle.Tokenizer.EosId, bundle.EosToken, bundle.EndIds.Single()));
        Assert.Equal([0], TokenizerLoader.Load(bundle.Source).Tokenizer.EncodeToIds("a"));
    }

    [Theory]
    [InlineData("tokenizer_config.json", "{", "is not JSON")]
    [InlineData("tokenizer_config.json", "[]", "is not a JSON object")]
    [InlineData("tokenizer_config.json", """{"bos_token": 3}""", "bos_token: expected text")]
    [InlineData("tokenizer_config.json", """{"add_bos_token": "yes"}""", "add_bos_token: expected true or false")]
    [InlineData("tokenizer_config.json", """{"chat_template": 1}""", "chat_template: expected a string or a list")]
    [InlineData("tokenizer_config.json", """{"chat_template": [{"name": "x"}]}""", "chat_template: an entry without")]
    [InlineData("generation_config.json", """{"eos_token_id": ["x"]}""", "eos_token_id: \"x\" is no token id")]
    public void BadConfigurationsAreNamed(string name, string content, string message)
    {
        Place("tokenizer.model", new ModelBuilder().Specials().Build());
        Place(name, content);
        ModelFormatException e = Refused(_directory, message);
        Assert.Contains(name, e.Message);
    }

    [Fact]
    public void WhatIsNoTokenizerSaysSo()
    {
        Refused(_directory, "no tokenizer: expected tokenizer.json, tokenizer.model or a GGUF file");
        Refused(Place("notes.txt", "hello"), "no tokenizer: expected");
        Assert.Throws<FileNotFoundException>(() => TokenizerLoader.Load(Path.Combine(_directory, "absent")));
        Assert.Throws<ArgumentException>(() => TokenizerLoader.Load(""));
    }

    private TokenizerBundle Load() => TokenizerLoader.Load(_directory);

    private static ModelFormatException Refused(string path, string message)
    {
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => TokenizerLoader.Load(path));
        Assert.Contains(message, e.Message);
        return e;
    }

    private string Place(string name, GgufWriter writer)
    {
        writer.Save(Path.Combine(_directory, name));
        return Path.Combine(_directory, name);
    }

    private string Place(string name, byte[] content)
    {
        File.WriteAllBytes(Path.Combine(_directory, name), content);
        return Path.Combine(_directory, name);
    }

    private string Place(string name, string content) => Place(name, System.Text.Encoding.UTF8.GetBytes(content));
}
