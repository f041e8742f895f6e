using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Bloomery.Engine.Sampling;
using Bloomery.Models.Config;

namespace Bloomery.Tests.Engine;

/// <summary>What a request and a model's advice come to, and what of a request is refused.</summary>
public sealed class GenerationOptionsTests
{
    private const string Advice = """
        {"temperature": 0.6, "top_k": 20, "top_p": 0.9, "min_p": 0.05, "typical_p": 0.8, "epsilon_cutoff": 0.01, "eta_cutoff": 0.02, "top_h": 0.4,
         "repetition_penalty": 1.2, "no_repeat_ngram_size": 3, "encoder_no_repeat_ngram_size": 4, "encoder_repetition_penalty": 1.3,
         "min_new_tokens": 5, "exponential_decay_length_penalty": [7, 1.5], "forced_bos_token_id": 3, "forced_eos_token_id": [2],
         "suppress_tokens": [1], "begin_suppress_tokens": [4], "bad_words_ids": [[5, 6]], "sequence_bias": [[[6], -9.0]]}
        """;

    public static TheoryData<string> Advised() =>
    [
        .. typeof(SamplingOptions).GetProperties()
            .Where(property => property.GetValue(Read(Advice).Sampling) is not (null or ICollection { Count: 0 })).Select(property => property.Name),
    ];

    public static TheoryData<string> Ranged() => [.. SamplingParameters.All.Where(parameter => !parameter.IsExtra).Select(parameter => parameter.Property)];

    [Fact]
    public void There_is_advice_on_all_that_files_speak_of() => Assert.Equal(20, Enumerable.Count<object[]>(Advised()));

    [Theory, MemberData(nameof(Advised))]
    public void A_value_that_switches_something_off_overrides_the_advice(string name)
    {
        PropertyInfo property = typeof(SamplingOptions).GetProperty(name)!;
        GenerationDefaults defaults = Read(Advice);
        object? advised = property.GetValue(defaults.Sampling), off = Off(property);
        Assert.NotEqual(advised, off);
        Assert.Equal(advised, property.GetValue(defaults.Resolve(new(), [], 1)));

        SamplingOptions given = new();
        property.SetValue(given, off);
        SamplingOptions resolved = defaults.Resolve(new() { Sampling = given }, [], 1);
        Assert.Equal(off, property.GetValue(resolved));
        // And nothing else has changed.
        foreach (PropertyInfo other in typeof(SamplingOptions).GetProperties()
            .Where(other => other != property && other.Name != nameof(SamplingOptions.BadWords)))
            Assert.Equal(other.GetValue(defaults.Resolve(new(), [], 1)), other.GetValue(resolved));
    }

    [Fact]
    public void Least_lengths_can_be_switched_off_wherever_they_come_from()
    {
        GenerationDefaults least = Read("""{"min_length": 9}""");
        Assert.Equal(6, least.Resolve(new(), [], 3).MinTokens);
        Assert.Equal(0, least.Resolve(new() { Sampling = new() { MinTokens = 0 } }, [], 3).MinTokens);
        Assert.Equal(4, least.Resolve(new() { MaxTokens = 4 }, [], 3).MinTokens);
    }

    [Fact]
    public void Mirostat_takes_the_place_of_advised_truncation_but_not_of_the_callers()
    {
        SamplingOptions resolved = Read("""{"top_p": 0.9, "temperature": 0.3}""").Resolve(new() { Sampling = new() { Mirostat = 2 } }, [], 1);
        Assert.Equal((null, 0.3f, 2), (resolved.TopP, resolved.Temperature, resolved.Mirostat));
        Assert.Empty(resolved.Problems());
        Assert.Equal("Mirostat", Refused(new() { TopP = 0.9f, Sampling = new() { Mirostat = 2 } }));
    }

    [Theory]
    [InlineData(nameof(GenerationOptions.Temperature), 0f), InlineData(nameof(GenerationOptions.TopP), 1f)]
    [InlineData(nameof(GenerationOptions.TopK), 0), InlineData(nameof(GenerationOptions.MinP), 0f)]
    [InlineData(nameof(GenerationOptions.RepetitionPenalty), 1f), InlineData(nameof(GenerationOptions.MaxTokens), 0)]
    [InlineData(nameof(GenerationOptions.Seed), 7ul)]
    public void A_short_name_and_the_long_one_are_one_option(string name, object value)
    {
        PropertyInfo brief = typeof(GenerationOptions).GetProperty(name)!, full = typeof(SamplingOptions).GetProperty(name)!;
        GenerationOptions options = new();
        brief.SetValue(options, value);
        Assert.Equal(value, full.GetValue(options.Sampling));

        SamplingOptions sampling = new();
        full.SetValue(sampling, value);
        Assert.Equal(value, brief.GetValue(new GenerationOptions { Sampling = sampling }));
    }

    [Fact]
    public void The_order_of_the_properties_does_not_matter()
    {
        GenerationOptions first = new() { Temperature = 0, Sampling = new() { NoRepeatNgramSize = 2 } };
        GenerationOptions last = new() { Sampling = new() { NoRepeatNgramSize = 2 }, Temperature = 0 };
        Assert.Equal((0f, 2), (first.Sampling.Temperature, first.Sampling.NoRepeatNgramSize));
        Assert.Equal(first, last);
        Assert.Equal((0f, 5, 2), ((first with { TopK = 5 }).Temperature, (first with { TopK = 5 }).TopK, (first with { TopK = 5 }).Sampling.NoRepeatNgramSize));
        Assert.Null((first with { Temperature = null }).Temperature);
    }

    [Theory, MemberData(nameof(Ranged))]
    public void Out_of_range_is_refused_by_the_propertys_name(string name)
    {
        SamplingParameter parameter = SamplingParameters.All.Single(p => p.Property == name);
        PropertyInfo property = typeof(SamplingOptions).GetProperty(name)!;
        SamplingOptions sampling = new();
        double bad = parameter.Declaration.Minimum - 1;
        property.SetValue(sampling, Convert.ChangeType(bad,
            Nullable.GetUnderlyingType(property.PropertyType)!, CultureInfo.InvariantCulture));
        ArgumentException e = Assert.ThrowsAny<ArgumentException>(() => new GenerationOptions { Sampling = sampling }.Validate(100));
        Assert.Equal(name, e.ParamName);
        Assert.StartsWith(FormattableString.Invariant($"{name} must be {parameter.Declaration.Range}, not {bad}"), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_name_property_and_value()
    {
        Assert.StartsWith("MaxTokens must be at least 0, not -1", Message(new() { MaxTokens = -1 }), StringComparison.Ordinal);
        Assert.StartsWith("TopK must be at least 0, not -1", Message(new() { TopK = -1 }), StringComparison.Ordinal);
        Assert.StartsWith("Temperature must be between 0 and 2, not NaN", Message(new() { Temperature = float.NaN }), StringComparison.Ordinal);
        Assert.StartsWith("Stop[1] is empty", Message(new() { Stop = ["a", ""] }), StringComparison.Ordinal);
        Assert.StartsWith("Stop[0] is null", Message(new() { Stop = [null!] }), StringComparison.Ordinal);
        Assert.StartsWith("MinTokens must be at most the 3 of MaxTokens, not 4",
            Message(new() { MaxTokens = 3, Sampling = new() { MinTokens = 4 } }), StringComparison.Ordinal);

        static string Message(GenerationOptions options) => Assert.ThrowsAny<ArgumentException>(() => options.Validate(100)).Message;
    }

    [Theory, InlineData(-1), InlineData(100), InlineData(int.MaxValue)]
    public void Ids_outside_the_vocabulary_are_refused_everywhere(int id)
    {
        Assert.Equal(nameof(GenerationOptions.StopIds), Refused(new() { StopIds = [3, id] }));
        (string Name, SamplingOptions Options)[] lists =
        [
            ("LogitBias", new() { LogitBias = new Dictionary<int, float> { [id] = 1 } }),
            ("SuppressedIds", new() { SuppressedIds = [id] }), ("AllowedIds", new() { AllowedIds = [1, id] }),
            ("BadWords", new() { BadWords = [[2], [3, id]] }), ("SequenceBias", new() { SequenceBias = [new([1, id], 2)] }),
            ("DrySequenceBreakers", new() { DrySequenceBreakers = [id] }),
            ("ForcedEosIds", new() { ForcedEosIds = [id] }), ("ForcedBosId", new() { ForcedBosId = id }),
        ];
        foreach ((string name, SamplingOptions options) in lists) Assert.Equal(name, Refused(new() { Sampling = options }));
        new GenerationOptions { StopIds = [99], Sampling = new() { LogitBias = new Dictionary<int, float> { [0] = 1 }, BadWords = [[99]] } }.Validate(100);
    }

    [Fact]
    public void Null_is_refused_by_name_where_it_means_nothing()
    {
        Assert.Equal("Stop", Assert.Throws<ArgumentNullException>(() => new GenerationOptions { Stop = null! }).ParamName);
        Assert.Equal("StopIds", Assert.Throws<ArgumentNullException>(() => new GenerationOptions { StopIds = null! }).ParamName);
        Assert.Equal("Sampling", Assert.Throws<ArgumentNullException>(() => new GenerationOptions { Sampling = null! }).ParamName);
        Assert.Equal("LogitBias", Assert.Throws<ArgumentNullException>(() => new SamplingOptions { LogitBias = null! }).ParamName);
        Assert.Equal("DrySequenceBreakers", Assert.Throws<ArgumentNullException>(() => new SamplingOptions { DrySequenceBreakers = null! }).ParamName);
        Assert.Equal("Extra", Assert.Throws<ArgumentNullException>(() => new SamplingOptions { Extra = null! }).ParamName);
        Assert.Equal("BadWords", Refused(new() { Sampling = new() { BadWords = [null!] } }));
        Assert.Equal("SequenceBias", Refused(new() { Sampling = new() { SequenceBias = [new(null!, 1)] } }));
    }

    [Fact]
    public void End_ids_are_the_models_and_the_requests()
    {
        GenerationDefaults none = new();
        Assert.Equal([1, 2, 3], none.Resolve(new() { StopIds = [3, 2] }, [1, 2], 1).EndIds);
        Assert.Equal([3], none.Resolve(new() { StopIds = [3], IgnoreEos = true }, [1, 2], 1).EndIds);
    }

    [Fact]
    public void Loading_refuses_by_name()
    {
        Assert.StartsWith("ContextLength must be at least 1, not 0", Load(new() { ContextLength = 0 }), StringComparison.Ordinal);
        Assert.StartsWith("Threads must be between 0 and 1024, not -1", Load(new() { Threads = -1 }), StringComparison.Ordinal);
        Assert.StartsWith("Threads must be between 0 and 1024, not 5000", Load(new() { Threads = 5000 }), StringComparison.Ordinal);
        Assert.StartsWith("Kernels names the tier 'nope'", Assert.Throws<ArgumentException>(() => Model.Load("x", new() { Kernels = "nope" })).Message,
            StringComparison.Ordinal);
        Assert.StartsWith("KeyType is no element type of a cache: 99", Load(new() { KeyType = (KvType)99 }), StringComparison.Ordinal);
        Assert.StartsWith("ValueType is no element type of a cache: -1", Load(new() { ValueType = (KvType)(-1) }), StringComparison.Ordinal);

        static string Load(ModelOptions options) => Assert.Throws<ArgumentOutOfRangeException>(() => Model.Load("x", options)).Message;
    }

    private static string? Refused(GenerationOptions options) => Assert.ThrowsAny<ArgumentException>(() => options.Validate(100)).ParamName;

    private static object? Off(PropertyInfo property) => property.Name switch
    {
        nameof(SamplingOptions.ForcedBosId) => 8, // a token that is forced cannot be switched off, only replaced
        nameof(SamplingOptions.SequenceBias) => Array.Empty<TokenSequenceBias>(),
        nameof(SamplingOptions.BadWords) => Array.Empty<int[]>(),
        nameof(SamplingOptions.SuppressedIds) or nameof(SamplingOptions.ForcedEosIds) => Array.Empty<int>(),
        nameof(SamplingOptions.LengthDecayStart) => 0,
        string name => Convert.ChangeType(SamplingParameters.All.Single(p => p.Property == name).Default!.Value,
            Nullable.GetUnderlyingType(property.PropertyType)!, CultureInfo.InvariantCulture),
    };

    private static GenerationDefaults Read(string json) => GenerationDefaults.Read(new ModelConfig("generation_config.json", JsonNode.Parse(json)!.AsObject()));
}
