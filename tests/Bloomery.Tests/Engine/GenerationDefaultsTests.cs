using System.Text.Json.Nodes;
using Bloomery.Engine.Generation;
using Bloomery.Engine.Sampling;
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
    public void A_model_that_does_not_sample_is_greedy(string json, float? expected) => Assert.Equal(expected, Read(json).Sampling.Temperature);

    [Fact]
    public void Everything_else_is_read_too()
    {
        GenerationDefaults defaults = Read("""
            {"top_p": 0.9, "top_k": 20, "min_p": 0.05, "repetition_penalty": 1.1, "decoder_start_token_id": 0, "forced_bos_token_id": 3,
            "forced_eos_token_id": 2, "unknown": {}}
            """);
        Assert.Equal((0.9f, 20, 0.05f, 1.1f, 0, 3),
            (defaults.Sampling.TopP, defaults.Sampling.TopK, defaults.Sampling.MinP, defaults.Sampling.RepetitionPenalty, defaults.DecoderStartId,
                defaults.Sampling.ForcedBosId));
        Assert.Equal([2], defaults.Sampling.ForcedEosIds);
        Assert.Equal([2], defaults.Resolve(new(), [], 1).ForcedEosIds);
        Assert.Empty(defaults.Resolve(new() { IgnoreEos = true }, [], 1).ForcedEosIds ?? []);
    }

    [Fact]
    public void Rarer_advice_is_followed_unless_the_caller_says_otherwise()
    {
        GenerationDefaults defaults = Read("""
            {"typical_p": 0.8, "epsilon_cutoff": 0.01, "eta_cutoff": 0.02, "top_h": 0.4, "no_repeat_ngram_size": 3, "encoder_no_repeat_ngram_size": 4,
            "encoder_repetition_penalty": 1.2, "min_new_tokens": 5, "exponential_decay_length_penalty": [7, 1.5], "suppress_tokens": [1, 2],
            "bad_words_ids": [[9], [3, 4], [2]]}
            """);
        SamplingOptions followed = defaults.Resolve(new(), [9], 1),
            own = defaults.Resolve(new() { Sampling = new() { NoRepeatNgramSize = 2, TypicalP = 0.5f, SuppressedIds = [6] } }, [], 1);
        Assert.Equal((0.8f, 0.01f, 0.02f, 0.4f), (followed.TypicalP, followed.EpsilonCutoff, followed.EtaCutoff, followed.TopH));
        Assert.Equal((3, 4, 1.2f, 5), (followed.NoRepeatNgramSize, followed.EncoderNoRepeatNgramSize, followed.EncoderRepetitionPenalty, followed.MinTokens));
        Assert.Equal((7, 1.5f), (followed.LengthDecayStart, followed.LengthDecayFactor));
        Assert.Equal([1, 2], followed.SuppressedIds);
        Assert.Equal([[3, 4], [2]], followed.BadWords);
        Assert.Equal((2, 0.5f, 5), (own.NoRepeatNgramSize, own.TypicalP, own.MinTokens));
        Assert.Equal([6], own.SuppressedIds);
    }

    [Theory]
    [InlineData("""{"bad_words_ids": [[]]}""", "bad_words_ids"), InlineData("""{"bad_words_ids": [3]}""", "bad_words_ids")]
    [InlineData("""{"bad_words_ids": "no"}""", "bad_words_ids")]
    [InlineData("""{"exponential_decay_length_penalty": [1]}""", "exponential_decay_length_penalty")]
    [InlineData("""{"suppress_tokens": ["a"]}""", "suppress_tokens")]
    [InlineData("""{"eos_token_id": "two"}""", "eos_token_id")]
    [InlineData("""{"eos_token_id": 1.5}""", "eos_token_id")]
    [InlineData("""{"eos_token_id": [1, "two"]}""", "eos_token_id")]
    [InlineData("""{"eos_token_id": [1.5]}""", "eos_token_id")]
    [InlineData("""{"temperature": "warm"}""", "temperature")]
    [InlineData("""{"top_k": []}""", "top_k")]
    [InlineData("""{"do_sample": "yes"}""", "do_sample")]
    [InlineData("""{"temperature": true}""", "temperature"), InlineData("""{"top_p": {}}""", "top_p"), InlineData("""{"top_k": 1.5}""", "top_k")]
    [InlineData("""{"top_p": "0,9"}""", "top_p"), InlineData("""{"temperature": 1e999}""", "temperature")]
    [InlineData("""{"sequence_bias": [[[1], 1e999]]}""", "sequence_bias"), InlineData("""{"sequence_bias": [[[1], "x"]]}""", "sequence_bias")]
    [InlineData("""{"suppress_tokens": {"a": 1}}""", "suppress_tokens"), InlineData("""{"bad_words_ids": [[1.5]]}""", "bad_words_ids")]
    public void What_cannot_be_read_is_named(string json, string key) => Assert.Equal(key, Assert.Throws<ModelFormatException>(() => Read(json)).Subject);

    [Theory]
    [InlineData("temperature", "-1", "temperature: must be between 0 and 2, not -1"), InlineData("temperature", "2.5", "between 0 and 2")]
    [InlineData("top_p", "2", "must be greater than 0 and at most 1, not 2"), InlineData("top_p", "-0.1", "greater than 0")]
    [InlineData("top_k", "-2", "at least 0, not -2"), InlineData("min_p", "1.5", "between 0 and 1"), InlineData("typical_p", "0", "greater than 0")]
    [InlineData("repetition_penalty", "0", "greater than 0"), InlineData("repetition_penalty", "1e300", "greater than 0")]
    [InlineData("min_length", "-1", "at least 0"), InlineData("min_new_tokens", "-1", "at least 0"), InlineData("no_repeat_ngram_size", "-3", "at least 0")]
    [InlineData("exponential_decay_length_penalty", "[-1, 2]", "at least 0"), InlineData("exponential_decay_length_penalty", "[1, -2]", "greater than 0")]
    public void What_is_out_of_range_is_refused_when_text_is_generated(string key, string value, string says)
    {
        GenerationDefaults defaults = Read($$"""{"{{key}}": {{value}}}""");
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => defaults.Resolve(new(), [], 3));
        Assert.StartsWith($"generation_config.json: {key}: must be ", e.Message, StringComparison.Ordinal);
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_out_of_range_does_not_matter_where_the_caller_says_otherwise()
    {
        GenerationDefaults defaults = Read("""{"temperature": -1, "exponential_decay_length_penalty": [3, -1]}""");
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => defaults.Resolve(new() { Temperature = 0.5f }, [], 1));
        Assert.Equal("exponential_decay_length_penalty", e.Subject);
        Assert.Equal(0.5f, defaults.Resolve(new() { Temperature = 0.5f, Sampling = new() { LengthDecayFactor = 1 } }, [], 1).Temperature);
    }

    [Theory]
    [InlineData("eos_token_id", "20", 20), InlineData("eos_token_id", "[2, -1]", -1), InlineData("eos_token_id", "[2, 2147483647]", 2147483647)]
    [InlineData("suppress_tokens", "[20]", 20), InlineData("begin_suppress_tokens", "[99]", 99)]
    [InlineData("bad_words_ids", "[[1, 20]]", 20), InlineData("sequence_bias", "[[[1, 21], 0.5]]", 21), InlineData("forced_bos_token_id", "20", 20)]
    [InlineData("forced_eos_token_id", "[1, 30]", 30), InlineData("decoder_start_token_id", "-5", -5)]
    public void Ids_outside_the_vocabulary_are_refused_when_text_is_generated(string key, string value, int id)
    {
        GenerationDefaults defaults = Read($$"""{"{{key}}": {{value}}}""") with { IsStated = true };
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => defaults.Within(20).Resolve(new(), [], 3));
        Assert.StartsWith($"generation_config.json: {key}: names the token id {id}, outside the vocabulary of 20", e.Message, StringComparison.Ordinal);
        if (id > 0 && id < 100) _ = defaults.Within(id + 1).Resolve(new(), [], 3);
    }

    [Fact]
    public void Files_lie_beside_the_model()
    {
        string folder = Directory.CreateTempSubdirectory("bloomery-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "a.b.generation.json"), """{"temperature": 0.5}""");
            File.WriteAllText(Path.Combine(folder, "generation_config.json"), """{"temperature": 0.6}""");
            Assert.Equal(0.5f, GenerationDefaults.Find(Path.Combine(folder, "a.b.gguf")).Sampling.Temperature);
            Assert.Equal(0.6f, GenerationDefaults.Find(folder).Sampling.Temperature);
            Assert.Null(GenerationDefaults.Find(Path.Combine(folder, "other.gguf")).Sampling.Temperature);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static GenerationDefaults Read(string json) => GenerationDefaults.Read(new ModelConfig("generation_config.json", JsonNode.Parse(json)!.AsObject()));
}
