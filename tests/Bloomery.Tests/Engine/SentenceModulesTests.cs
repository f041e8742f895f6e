using System.Text.Json;
using Bloomery.Engine;
using Bloomery.Engine.Embedding;
using Bloomery.Formats;
using Bloomery.Tests.Cli;
using Bloomery.Tests.Formats;

namespace Bloomery.Tests.Engine;

/// <summary>The pooling and the length of vectors are the model's own where it states them.</summary>
public sealed class SentenceModulesTests : IDisposable
{
    private const string Transformer = """{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}""";
    private const string PoolingModule = """{"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}""";
    private const string NormalizeModule = """{"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}""";
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_model_without_modules_says_nothing() => Assert.Equal(new SentenceModules(null, null), SentenceModules.Read(_folder.Path));

    [Theory]
    [InlineData($"[{Transformer}, {PoolingModule}, {NormalizeModule}]", """
        {"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}
        """, Pooling.Cls, true)]
    [InlineData($"[{Transformer}, {PoolingModule}]", """{"pooling_mode_mean_tokens": true}""", Pooling.Mean, false)]
    [InlineData($"[{Transformer}, {PoolingModule}]", """{"pooling_mode": "lasttoken"}""", Pooling.Last, false)]
    [InlineData($"[{Transformer}, {PoolingModule}]", """{"pooling_mode": ["cls"], "include_prompt": true}""", Pooling.Cls, false)]
    public void Modules_state_pooling_and_length(string modules, string pooling, Pooling expected, bool normalized)
    {
        Write("modules.json", modules);
        Write("1_Pooling/config.json", pooling);
        Assert.Equal(new SentenceModules(expected, normalized), SentenceModules.Read(_folder.Path));
    }

    [Theory]
    [InlineData("""[{"type": "sentence_transformers.models.Dense", "path": "3_Dense"}]""", "{}", "models.Dense")]
    [InlineData($"[{PoolingModule}]", """{"pooling_mode_max_tokens": true}""", "max_tokens")]
    [InlineData($"[{PoolingModule}]", """{"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": true}""", "mean_tokens and cls_token")]
    [InlineData($"[{PoolingModule}]", """{"pooling_mode": ["cls", "mean"]}""", "cls and mean")]
    [InlineData($"[{PoolingModule}]", """{"pooling_mode": "weightedmean"}""", "weightedmean")]
    [InlineData("{}", "{}", "list of modules")]
    [InlineData("[", "{}", "not JSON")]
    public void What_would_give_other_vectors_is_refused(string modules, string pooling, string said)
    {
        Write("modules.json", modules);
        Write("1_Pooling/config.json", pooling);
        Assert.Contains(said, Assert.Throws<ModelFormatException>(() => SentenceModules.Read(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_outside_of_the_model_is_read()
    {
        Write("model/modules.json", """[{"type": "sentence_transformers.models.Pooling", "path": "../outside"}]""");
        Write("outside/config.json", """{"pooling_mode_cls_token": true}""");
        Assert.Equal(new SentenceModules(null, false), SentenceModules.Read(_folder.Of("model")));
    }

    [Fact]
    public void Embed_follows_the_modules_unless_it_is_told_otherwise()
    {
        string model = _folder.Of("minilm");
        CliRun.Of("convert", SmallModels.Embedded(ModelKind.Embedding), model).Expect(0);
        Assert.Equal(("mean", true), Embed(model));
        Write("minilm/modules.json", $"[{Transformer}, {PoolingModule}]");
        Write("minilm/1_Pooling/config.json", """{"pooling_mode_cls_token": true}""");
        Assert.Equal(("cls", false), Embed(model));
        Assert.Equal(("mean", false), Embed(model, "--pooling", "mean"));
        Write("minilm/modules.json", $"[{Transformer}, {PoolingModule}, {NormalizeModule}]");
        Assert.Equal(("cls", true), Embed(model));
        Assert.Equal(("cls", false), Embed(model, "--no-normalize"));
    }

    [Theory]
    [InlineData("1_Pooling", """{"pooling_mode_cls_token": true}""", Pooling.Cls)]
    [InlineData("3_Pooling", """{"pooling_mode": "lasttoken"}""", Pooling.Last)]
    [InlineData("sub/pool", """{"pooling_mode": ["mean"]}""", Pooling.Mean)]
    public void Pooling_survives_every_conversion(string pooling, string config, Pooling expected)
    {
        CliRun.Of("convert", SmallModels.Embedded(ModelKind.Embedding), _folder.Of("a")).Expect(0);
        Assert.Equal(new SentenceModules(Pooling.Mean, true), SentenceModules.Read(_folder.Of("a")));
        Directory.Delete(_folder.Of("a/1_Pooling"), recursive: true);
        Write("a/modules.json", $$"""[{{Transformer}}, {"type": "sentence_transformers.models.Pooling", "path": "{{pooling}}"}, {{NormalizeModule}}]""");
        Write($"a/{pooling}/config.json", config);
        CliRun.Of("convert", _folder.Of("a"), _folder.Of("b"), "--type", "f16").Expect(0);
        CliRun.Of("convert", _folder.Of("b"), _folder.Of("c.gguf")).Expect(0);
        CliRun.Of("convert", _folder.Of("c.gguf"), _folder.Of("d")).Expect(0);
        foreach (string model in (string[])["b", "d"]) Assert.Equal(new SentenceModules(expected, true), SentenceModules.Read(_folder.Of(model)));
        using Model gguf = Model.Load(_folder.Of("c.gguf")), again = Model.Load(_folder.Of("d"));
        EmbeddingResult one = gguf.EmbedWithDetails(["a text"]), other = again.EmbedWithDetails(["a text"]);
        Assert.Equal((expected, true), (one.Pooling, one.Normalized));
        Assert.Equal((expected, true), (other.Pooling, other.Normalized));
        Assert.Equal(one.Vectors[0], other.Vectors[0]);
    }

    /// <summary>Pooling and length as the command says them, and the length as it is.</summary>
    private static (string? Pooling, bool Normalized) Embed(string model, params string[] options)
    {
        using JsonDocument document = JsonDocument.Parse(CliRun.With("""["a text"]""", null, ["embed", model, "--file", "-", .. options]).Expect(0).Output);
        double norm = Math.Sqrt(document.RootElement.GetProperty("embeddings")[0].EnumerateArray().Sum(value => value.GetDouble() * value.GetDouble()));
        bool normalized = document.RootElement.GetProperty("normalized").GetBoolean();
        Assert.Equal(normalized, Math.Abs(norm - 1) < 1e-4);
        return (document.RootElement.GetProperty("pooling").GetString(), normalized);
    }

    private void Write(string name, string content) => _folder.Write(name, System.Text.Encoding.UTF8.GetBytes(content));
}
