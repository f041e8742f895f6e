using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Hub;
using Bloomery.Formats.Tokenizers;
using Bloomery.Tests.Formats.Safetensors;

namespace Bloomery.Tests.Formats.Gguf;

/// <summary>A directory with one GGUF model is that model, wherever a model is named.</summary>
public sealed class GgufFolderTests : IDisposable
{
    private static readonly byte[] Model = new GgufBytes().Key("general.architecture", "llama").Key("tokenizer.ggml.model", "llama")
        .Strings("tokenizer.ggml.tokens", "<unk>", "a").Array("tokenizer.ggml.scores", GgufValueType.Float32, 2, new byte[8])
        .Array("tokenizer.ggml.token_type", GgufValueType.Int32, 2, 2, 0, 0, 0, 1, 0, 0, 0).Build();

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("m.gguf", "m.gguf")]
    [InlineData("M.GGUF", "M.GGUF")]
    [InlineData("m.gguf mmproj-m-f16.gguf", "m.gguf")]
    [InlineData("m.gguf m.MMPROJ-q8_0.gguf README.md config.json tokenizer.json", "m.gguf")]
    [InlineData("m-00002-of-00002.gguf m-00001-of-00002.gguf", "m-00001-of-00002.gguf")]
    public void One_model_is_found(string files, string expected)
    {
        foreach (string file in files.Split(' ')) _directory.Write(file, Model);
        Assert.Equal(_directory.Of(expected), GgufFolder.Only(_directory.Path));
        Assert.Equal(_directory.Of(expected), ModelLocation.Resolve(_directory.Path));
        Assert.True(TokenizerLoader.IsIn(_directory.Path));
        if (expected.Contains("-of-", StringComparison.Ordinal)) return;
        using TensorFile opened = TensorFile.OpenAny(_directory.Path);
        Assert.Equal(_directory.Of(expected), opened.Path);
        Assert.Equal(_directory.Of(expected), TokenizerLoader.Load(ModelLocation.Resolve(_directory.Path)).Source);
    }

    [Fact]
    public void What_is_no_model_by_its_keys_is_passed_over()
    {
        _directory.Write("a.gguf", new GgufBytes().Key("general.architecture", "clip").Build());
        _directory.Write("b.gguf", new GgufBytes().Key("general.type", "imatrix").Build());
        _directory.Write("c.gguf", new GgufBytes().Key("general.type", "adapter").Key("general.architecture", "llama").Build());
        _directory.Write("d.gguf", Model);
        Assert.Equal(_directory.Of("d.gguf"), ModelLocation.Resolve(_directory.Path));
        _directory.Write("e.gguf", "not a model"u8.ToArray()); // not passed over without a word
        string message = Assert.Throws<ModelFormatException>(() => TensorFile.OpenAny(_directory.Path)).Message;
        Assert.Contains("2 GGUF files in this directory are models; name one of them: d.gguf, e.gguf", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.gguf b.gguf")]
    [InlineData("a.gguf b-00001-of-00002.gguf b-00002-of-00002.gguf mmproj.gguf")]
    [InlineData("b-00001-of-00002.gguf b-00002-of-00002.gguf b-00001-of-00003.gguf")]
    public void Of_several_one_has_to_be_named(string files)
    {
        foreach (string file in files.Split(' ')) _directory.Write(file, Model);
        Action[] doors = [() => TensorFile.OpenAny(ModelLocation.Resolve(_directory.Path)).Dispose(), () => TokenizerLoader.Load(_directory.Path)];
        foreach (Action open in doors)
        {
            ModelFormatException e = Assert.Throws<ModelFormatException>(open);
            Assert.StartsWith($"{_directory.Path}: 2 GGUF files in this directory are models; name one of them: ", e.Message, StringComparison.Ordinal);
            Assert.Contains(files.Split(' ')[0], e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("mmproj", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Safetensors_come_first_and_an_empty_directory_says_what_is_missing()
    {
        string message = Assert.Throws<ModelFormatException>(() => TensorFile.OpenAny(_directory.Path)).Message;
        Assert.Contains("no safetensors in this directory, and no GGUF model", message, StringComparison.Ordinal);
        _directory.Write("m.gguf", Model);
        _directory.Write("model.safetensors", SafetensorsFileTests.File("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1));
        Assert.Equal(_directory.Path, ModelLocation.Resolve(_directory.Path));
        using TensorFile opened = TensorFile.OpenAny(_directory.Path);
        Assert.True(opened.Tensors.ContainsKey("x"));
    }

    [Theory]
    [InlineData("m-00001-of-00003.gguf", "m", 1, 3), InlineData("a/b-q4_0-00012-of-00345.GGUF", "a/b-q4_0", 12, 345)]
    [InlineData("m-00001-of-00002-00002-of-00004.gguf", "m-00001-of-00002", 2, 4)]
    public void Names_of_parts_are_read(string name, string stem, int part, int count)
    {
        SplitName split = SplitName.Parse(name)!;
        Assert.Equal((stem, part, count), (split.Stem, split.Part, split.Count));
        Assert.Equal(name, split.Of(part));
        Assert.Equal(count, split.All().Distinct().Count());
    }

    [Theory]
    [InlineData("m.gguf"), InlineData("m-0001-of-0003.gguf"), InlineData("-00001-of-00003.gguf"), InlineData("m-00001-of-00003.safetensors")]
    [InlineData("m-00001-of-00003.gguf.partial"), InlineData("m-000001-of-00003.gguf"), InlineData("m-٠٠٠٠١-of-00003.gguf")]
    public void Other_names_are_none(string name) => Assert.Null(SplitName.Parse(name));
}
