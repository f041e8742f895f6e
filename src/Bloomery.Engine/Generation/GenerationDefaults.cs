using System.Text.Json;
using System.Text.Json.Nodes;
using Bloomery.Engine.Generation;
using Bloomery.Engine.Sampling;
using Bloomery.Formats;
using Bloomery.Models.Config;

namespace Bloomery;

/// <summary>
/// A model's own advice on how to sample and when to stop: <c>generation_config.json</c>, or <c>NAME.generation.json</c> beside a GGUF file;
/// where there is none, the keys that older checkpoints have in <c>config.json</c>.
/// </summary>
public sealed record GenerationDefaults
{
    /// <summary>How to sample; what is null, the model says nothing of.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Ids that end a text.</summary>
    public IReadOnlyList<int> EndIds { get; init; } = [];

    /// <summary>The id that a decoder's text begins with (encoder-decoders), or null.</summary>
    public int? DecoderStartId { get; init; }

    /// <summary>No end before so many tokens, the prompt's included (of encoder-decoders: the decoder's).</summary>
    internal int MinLength { get; init; }

    /// <summary>What a text cannot be generated with, or null. It does not matter to anything else.</summary>
    internal (string File, string Key, string Problem)? Refused { get; init; }

    /// <summary>Whether there is a file of advice, so that what it does not say holds as well.</summary>
    internal bool IsStated { get; init; }

    /// <summary>The file that says all this, or null.</summary>
    internal string? Source { get; init; }

    /// <summary>The id that begins a text, or null.</summary>
    internal int? BosId { get; init; }

    /// <summary>Reads the advice beside <paramref name="modelPath"/>; nothing where there is none.</summary>
    /// <exception cref="ModelFormatException">The file is there and unusable.</exception>
    internal static GenerationDefaults Find(string modelPath)
    {
        bool directory = Directory.Exists(modelPath);
        string path = directory ? Path.Combine(modelPath, "generation_config.json") : Path.ChangeExtension(modelPath, ".generation.json");
        if (File.Exists(path)) return Read(ModelConfig.Load(path)) with { IsStated = true };
        path = Path.Combine(modelPath, "config.json");
        return directory && File.Exists(path) ? Read(ModelConfig.Load(path)) : new GenerationDefaults();
    }

    /// <summary>Reads the keys of a generation configuration, or those of them that a model configuration has.</summary>
    internal static GenerationDefaults Read(ModelConfig config) => new()
    {
        Sampling = ReadSampling(config),
        EndIds = ReadEndIds(config),
        DecoderStartId = config.IntOrNull("decoder_start_token_id"),
        BosId = config.IntOrNull("bos_token_id"),
        MinLength = config.Has("min_new_tokens") ? 0 : config.IntOr(0, "min_length"),
        Refused = Unsupported(config) ?? AdviceChecks.MinLength(config),
        Source = config.File,
    };

    /// <summary>The end tokens that a configuration names.</summary>
    internal static IReadOnlyList<int> ReadEndIds(ModelConfig config) => Ids(config, "eos_token_id") ?? [];

    /// <summary>What of this holds however tokens are drawn: bans, penalties, forced ids and lengths.</summary>
    internal GenerationDefaults Constraints => this with { Sampling = SamplingRules.WithoutTruncation(Sampling) with { Temperature = null } };

    /// <summary>This for a model of so many tokens: a file of advice that names others cannot be followed.</summary>
    internal GenerationDefaults Within(int vocabulary) =>
        IsStated && Refused is null && AdviceChecks.Outside(this, vocabulary) is { } refused ? this with { Refused = refused } : this;

    /// <summary>The sampling that a request comes to: what it says, and where it says nothing, the model's advice.</summary>
    /// <param name="options">The request.</param>
    /// <param name="endIds">The model's end tokens.</param>
    /// <param name="promptLength">Tokens of the prompt; of an encoder-decoder, of what the decoder begins with.</param>
    /// <exception cref="ModelFormatException">The model's advice cannot be followed.</exception>
    internal SamplingOptions Resolve(GenerationOptions options, IReadOnlyList<int> endIds, int promptLength)
    {
        if (Refused is var (file, key, problem)) throw new ModelFormatException(file, key, null, problem);
        SamplingOptions own = options.Sampling, advice = own.Mirostat > 0 ? SamplingRules.WithoutTruncation(Sampling) : Sampling;
        // An end token that a model forbids itself is not forbidden, as in the reference library.
        if (advice.BadWords is { } words) advice = advice with { BadWords = [.. words.Where(word => word.Length > 1 || !endIds.Contains(word[0]))] };
        if (options.IgnoreEos) advice = advice with { ForcedEosIds = null };
        AdviceChecks.RequireRanges(advice, own, Source);
        SamplingOptions merged = own.Over(advice);
        int least = advice.MinTokens ?? Math.Max(0, MinLength - promptLength);
        // A least length that nobody asked for does not rule out a short text.
        if (own.MinTokens is null) merged = merged with { MinTokens = Math.Min(least, merged.MaxTokens ?? int.MaxValue) };
        return merged with { EndIds = options.IgnoreEos ? options.StopIds : [.. endIds.Concat(options.StopIds).Distinct()] };
    }

    /// <summary>The first key that would change even a greedy text in a way that is not supported.</summary>
    private static (string File, string Key, string Problem)? Unsupported(ModelConfig config)
    {
        string? key = config.FloatOr(1, "guidance_scale") != 1 ? "guidance_scale" : config.FloatOr(0, "penalty_alpha") != 0 ? "penalty_alpha" : null;
        key ??= ((string[])["force_words_ids", "constraints", "watermarking_config", "stop_strings", "dola_layers"])
            .FirstOrDefault(k => config.Has(k) && config.Json[k] is not JsonArray { Count: 0 });
        return key is null
            ? null
            : (config.File, key,
                $"is {PythonJson.Show(config.Json[key]!.ToJsonString())}, which is not supported when text is generated; remove the key to do without");
    }

    private static SamplingOptions ReadSampling(ModelConfig config)
    {
        // An explicit "no" wins over a temperature beside it, as in the reference library.
        bool greedy = config.Has("do_sample") && !config.BoolOr(true, "do_sample");
        double[]? decay = config.NumbersOrNull("exponential_decay_length_penalty");
        if (decay is not (null or { Length: 2 })) throw config.Error("exponential_decay_length_penalty", "needs a start and a factor");
        return new SamplingOptions
        {
            Temperature = greedy ? 0 : (float?)config.DoubleOrNull("temperature"),
            TopP = (float?)config.DoubleOrNull("top_p"),
            TopK = config.IntOrNull("top_k"),
            MinP = (float?)config.DoubleOrNull("min_p"),
            TypicalP = (float?)config.DoubleOrNull("typical_p"),
            EpsilonCutoff = (float?)config.DoubleOrNull("epsilon_cutoff"),
            EtaCutoff = (float?)config.DoubleOrNull("eta_cutoff"),
            TopH = (float?)config.DoubleOrNull("top_h"),
            RepetitionPenalty = (float?)config.DoubleOrNull("repetition_penalty"),
            NoRepeatNgramSize = config.IntOrNull("no_repeat_ngram_size"),
            EncoderNoRepeatNgramSize = config.IntOrNull("encoder_no_repeat_ngram_size"),
            EncoderRepetitionPenalty = (float?)config.DoubleOrNull("encoder_repetition_penalty"),
            MinTokens = config.IntOrNull("min_new_tokens"),
            LengthDecayStart = (int?)decay?[0],
            LengthDecayFactor = (float?)decay?[1],
            ForcedBosId = config.IntOrNull("forced_bos_token_id")
                ?? (config.BoolOr(false, "force_bos_token_to_be_generated") ? config.IntOrNull("bos_token_id") : null),
            ForcedEosIds = Ids(config, "forced_eos_token_id"),
            SuppressedIds = Ids(config, "suppress_tokens"),
            BeginSuppressedIds = Ids(config, "begin_suppress_tokens"),
            SequenceBias = config.Json["sequence_bias"] switch
            {
                null => null,
                JsonArray biases => [.. biases.Select(bias => Bias(config, bias))],
                _ => throw config.Error("sequence_bias", "is no list of [token ids, bias]"),
            },
            BadWords = config.Json["bad_words_ids"] switch
            {
                null => null,
                JsonArray words => [.. words.Select(word => Word(config, word))],
                _ => throw config.Error("bad_words_ids", "is no list of lists of token ids"),
            },
        };
    }

    private static TokenSequenceBias Bias(ModelConfig config, JsonNode? pair) =>
        pair is JsonArray and [var ids, JsonValue bias] && bias.GetValueKind() == JsonValueKind.Number
        && (float)bias.GetValue<double>() is var weight && float.IsFinite(weight)
        ? new TokenSequenceBias(Word(config, ids, "sequence_bias"), weight)
        : throw config.Error("sequence_bias", "holds something else than [token ids, finite bias]");

    private static int[] Word(ModelConfig config, JsonNode? word, string key = "bad_words_ids") =>
        word is JsonArray { Count: > 0 } ids && ids.All(id => id is JsonValue v && v.TryGetValue(out int _))
            ? [.. ids.Select(id => id!.GetValue<int>())]
            : throw config.Error(key, "holds something else than lists of token ids");

    private static IReadOnlyList<int>? Ids(ModelConfig config, string key) => config.Json[key] switch
    {
        null => null,
        JsonArray => [.. config.NumbersOrNull(key)!.Select(id => id == (int)id ? (int)id : throw config.Error(key, $"holds {id}, which is no token id"))],
        _ => [config.IntOrNull(key)!.Value],
    };
}
