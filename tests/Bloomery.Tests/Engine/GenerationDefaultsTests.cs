using System.Text.Json.Nodes;
using Bloomery.Engine.Generation;
using Bloomery.Formats;
using Bloomery.Models.Config;

namespace Bloomery.Tests.Engine;

public sealed class GenerationDefaultsTests
{
    [Theory]
    [InlineData("""{}""", new int[0])]
    [InlineData("""{"eos_token_id": null}""", new int[0])]
    [InlineData("""{"eos_token_id": 2}""", new[] { 2 })]
    [InlineData("""{"eos_token_id": [128001, 128008, 128009]}""", new[] { 128001, 128008, 128009 })]
    public void End_ids_are_one_or_many(string json, int[] expected) => Assert.Equal(expected, Read(json).EndIds);

    [Theory]
    [InlineData("""{"do_sample": false}""", 0f)]
    [InlineData("""{"do_sample": false, "temperature": 0.7}""", 0f)]
    [InlineData("""{"do_sample": true, "temperature": 0.7}""", 0.7f)]
    [InlineData("""{"temperature": 0.7}""", 0.7f)]
    [InlineData("""{"do_sample": true}""", null)]
    [InlineData("""{}""", null)]
    public void A_model_that_does_not_sample_is_greedy(string json, float? expected) => Assert.Equal(expected, Read(json).Temperature);

    [Fact]
    public void Everything_else_is_read_too()
    {
        GenerationDefaults defaults = Read("""{"top_p": 0.9, "top_k": 20, "min_p": 0.05, "repetition_penalty": 1.1, "decoder_start_token_id": 0, "forced_bos_token_id": 3, "forced_eos_token_id": 2, "unknown": {}}""");
        Assert.Equal((0.9f, 20, 0.05f, 1.1f, 0, 3), (defaults.TopP, defaults.TopK, defaults.MinP, defaults.RepetitionPenalty, defaults.DecoderStartId, defaults.ForcedBosId));
        Assert.Equal([2], defaults.ForcedEosIds);
        Assert.Equal([2], new GenerationOptions().Resolve(defaults, []).ForcedEosIds);
        Assert.Empty(new GenerationOptions { IgnoreEos = true }.Resolve(defaults, []).ForcedEosIds);
    }

    [Theory]
    [InlineData("""{"eos_token_id": "two"}""", "eos_token_id")]
    [InlineData("""{"eos_token_id": 1.5}""", "eos_token_id")]
    [InlineData("""{"eos_token_id": [1, "two"]}""", "eos_token_id")]
    [InlineData("""{"eos_token_id": [1.5]}""", "eos_token_id")]
    [InlineData("""{"temperature": "warm"}""", "temperature")]
    [InlineData("""{"top_k": []}""", "top_k")]
    public void What_cannot_be_read_is_named(string json, string key) => Assert.Equal(key, Assert.Throws<ModelFormatException>(() => Read(json)).Subject);

    [Fact]
    public void Files_lie_beside_the_model()
    {
        string folder = Directory.CreateTempSubdirectory("bloomery-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "a.b.generation.json"), """{"temperature": 0.5}""");
            File.WriteAllText(Path.Combine(folder, "generation_config.json"), """{"temperature": 0.6}""");
            Assert.Equal(0.5f, GenerationDefaults.Find(Path.Combine(folder, "a.b.gguf")).Temperature);
            Assert.Equal(0.6f, GenerationDefaults.Find(folder).Temperature);
            Assert.Null(GenerationDefaults.Find(Path.Combine(folder, "other.gguf")).Temperature);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static GenerationDefaults Read(string json) => GenerationDefaults.Read(new ModelConfig("generation_config.json", JsonNode.Parse(json)!.AsObject()));
}
