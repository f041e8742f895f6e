using System.Buffers.Binary;
using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Tokenizers;
using Bloomery.Models.Config;
using Bloomery.Tests.Formats.Gguf;

namespace Bloomery.Tests.Models;

/// <summary>A number of a GGUF file that is none is said to be none; no default takes its place.</summary>
public sealed class GgufNumberTests
{
    public static TheoryData<float, string> Values => new()
    {
        { float.NaN, "NaN" }, { float.PositiveInfinity, "Infinity" }, { float.NegativeInfinity, "-Infinity" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void WhatIsNoNumberIsRefusedWhereItIsAskedFor(float value, string spelling)
    {
        foreach ((string key, string name) in ((string, string)[])
            [("rope.freq_base", "rope_theta"), ("attn_logit_softcapping", "attn_logit_softcapping"), ("attention.layer_norm_rms_epsilon", "rms_norm_eps"),
                ("attention.max_alibi_bias", "gguf.attention.max_alibi_bias"), ("block_count", "num_hidden_layers")])
        {
            ModelConfig config = Read(F32($"llama.{key}", value));
            Assert.True(config.Has(name), key);
            string message = Assert.Throws<ModelFormatException>(() => config.DoubleOrNull(name)).Message;
            Assert.Equal($"m.gguf: llama.{key}: is {spelling}; a number is needed", message);
        }
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void WhatIsNoNumberScalesNoFrequencies(float value, string spelling)
    {
        foreach (string key in (string[])["factor", "attn_factor", "yarn_beta_fast", "yarn_beta_slow", "yarn_log_multiplier"])
        {
            string message = Assert.Throws<ModelFormatException>(() => Read(F32($"llama.rope.scaling.{key}", value))).Message;
            Assert.Equal($"m.gguf: llama.rope.scaling.{key}: is {spelling}; a number is needed", message);
        }
        Assert.Contains($"llama.rope.scale_linear: is {spelling}",
            Assert.Throws<ModelFormatException>(() => Read(F32("llama.rope.scale_linear", value))).Message, StringComparison.Ordinal);
        foreach (string tensor in (string[])["rope_freqs.weight", "rope_factors_long.weight"])
        {
            string message = Assert.Throws<ModelFormatException>(() => Read(file => file.Floats(tensor, [2], 1, value))).Message;
            Assert.Contains($"{tensor}: element 1 is {spelling}; a number is needed", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void OneValueALayerThatIsNoNumberIsRefusedAsSuch()
    {
        byte[] values = [.. Bytes(float.NaN), .. Bytes(float.NaN)];
        ModelConfig config = Read(file => file.Array("llama.attention.layer_norm_rms_epsilon", GgufValueType.Float32, 2, values));
        string message = Assert.Throws<ModelFormatException>(() => config.Epsilon(1, "rms_norm_eps")).Message;
        Assert.Equal("m.gguf: llama.attention.layer_norm_rms_epsilon: is NaN; a number is needed", message);
    }

    [Fact]
    public void AValueThatNobodyAsksForRefusesNothing() =>
        Assert.Equal(2, Read(file => F32("llama.something.else", float.NaN)(file.Key("llama.block_count", 2))).IntOrNull("num_hidden_layers"));

    [Fact]
    public void AScoreThatIsNoNumberIsRefused()
    {
        GgufFile file = GgufFile.Open(new GgufBytes().Key("general.architecture", "llama").Key("tokenizer.ggml.model", "llama")
            .Strings("tokenizer.ggml.tokens", "<unk>", "a", "b")
            .Array("tokenizer.ggml.scores", GgufValueType.Float32, 3, [.. Bytes(0), .. Bytes(-1), .. Bytes(float.NaN)]).Build(), "m.gguf");
        string message = Assert.Throws<ModelFormatException>(() => TokenizerLoader.Load(file.Metadata)).Message;
        Assert.Equal("m.gguf: tokenizer.ggml.scores: token 2 has the score NaN; a number is needed", message);
    }

    private static ModelConfig Read(Func<GgufBytes, GgufBytes> add)
    {
        using GgufFile file = GgufFile.Open(add(new GgufBytes().Key("general.architecture", "llama")).Build(), "m.gguf");
        return GgufConfig.Read(file);
    }

    private static Func<GgufBytes, GgufBytes> F32(string key, float value) => file => file.Key(key, GgufValueType.Float32, Bytes(value));

    private static byte[] Bytes(float value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        return bytes;
    }
}
