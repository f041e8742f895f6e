using System.Text.Json;
using System.Text.Json.Nodes;
using Bloomery.Engine.Sampling;
using Bloomery.Formats;
using Bloomery.Models.Config;

namespace Bloomery;

/// <summary>A model's own advice on how to sample and when to stop: <c>generation_config.json</c>, or <c>NAME.generation.json</c> beside a GGUF file; where there is none, the keys that older checkpoints have in <c>config.json</c>.</summary>
public sealed record GenerationDefaults
{
    /// <summary>Sampling temperature, or null.</summary>
    public float? Temperature { get; init; }

    /// <summary>Nucleus, or null.</summary>
    public float? TopP { get; init; }

    /// <summary>Largest logits kept, or null.</summary>
    public int? TopK { get; init; }

    /// <summary>Smallest share of the best probability, or null.</summary>
    public float? MinP { get; init; }

    /// <summary>Repetition penalty, or null.</summary>
    public float? RepetitionPenalty { get; init; }

    /// <summary>Ids that end a text.</summary>
    public IReadOnlyList<int> EndIds { get; init; } = [];

    /// <summary>The id that a decoder's text begins with (encoder-decoders), or null.</summary>
    public int? DecoderStartId { get; init; }

    /// <summary>The id that must come first (BART), or null.</summary>
    public int? ForcedBosId { get; init; }

    /// <summary>Ids of which one must be the last of a text that reaches its length (BART).</summary>
    public IReadOnlyList<int> ForcedEosIds { get; init; } = [];

    /// <summary>Rarer advice, where there is any.</summary>
    internal SamplingOptions Further { get; init; } = new();

    /// <summary>No end before so many tokens, the prompt's included (of encoder-decoders: the decoder's).</summary>
    internal int MinLength { get; init; }

    /// <summary>What a text cannot be generated with, or null. It does not matter to anything else.</summary>
    internal (string File, string Key, string Problem)? Refused { get; init; }

    /// <summary>Whether there is a file of advice, so that what it does not say holds as well.</summary>
    internal bool IsStated { get; init; }

    /// <summary>The id that begins a text, or null.</summary>
    internal int? BosId { get; init; }

    /// <summary>Reads the advice beside <paramref name="modelPath"/>; nothing where there is none.</summary>
    /// <exception cref="ModelFormatException">The file is there and unusable.</exception>
    public static GenerationDefaults Find(string modelPath)
    {
        bool directory = Directory.Exists(modelPath);
        string path = directory ? Path.Combine(modelPath, "generation_config.json") : Path.ChangeExtension(modelPath, ".generation.json");
        if (File.Exists(path)) return Read(ModelConfig.Load(path)) with { IsStated = true };
        path = Path.Combine(modelPath, "config.json");
        return directory && File.Exists(path) ? Read(ModelConfig.Load(path)) : new GenerationDefaults();
    }

    /// <summary>Reads the keys of a generation configuration, or those of them that a model configuration has.</summary>
    internal static GenerationDefaults Read(ModelConfig config)
    {
        // An explicit "no" wins over a temperature beside it, as in the reference library.
        bool greedy = config.Json["do_sample"] is JsonValue sample && sample.GetValueKind() == JsonValueKind.False;
        return new GenerationDefaults
        {
            Temperature = greedy ? 0 : (float?)config.DoubleOrNull("temperature"),
            TopP = (float?)config.DoubleOrNull("top_p"),
            TopK = config.IntOrNull("top_k"),
            MinP = (float?)config.DoubleOrNull("min_p"),
            RepetitionPenalty = (float?)config.DoubleOrNull("repetition_penalty"),
            EndIds = ReadEndIds(config),
            DecoderStartId = config.IntOrNull("decoder_start_token_id"),
            ForcedBosId = config.IntOrNull("forced_bos_token_id") ?? (config.BoolOr(false, "force_bos_token_to_be_generated") ? config.IntOrNull("bos_token_id") : null),
            ForcedEosIds = Ids(config, "forced_eos_token_id"),
            BosId = config.IntOrNull("bos_token_id"),
            MinLength = config.Has("min_new_tokens") ? 0 : config.IntOr(0, "min_length"),
            Refused = Unsupported(config),
            Further = ReadFurther(config),
        };
    }

    /// <summary>The end tokens that a configuration names.</summary>
    internal static IReadOnlyList<int> ReadEndIds(ModelConfig config) => Ids(config, "eos_token_id");

    /// <summary>What of this holds however tokens are drawn: bans, penalties, forced ids and lengths.</summary>
    internal GenerationDefaults Constraints
    {
        get
        {
            SamplingOptions neutral = new();
            return this with
            {
                Temperature = null, TopP = null, TopK = null, MinP = null,
                Further = Further with { TypicalP = neutral.TypicalP, EpsilonCutoff = neutral.EpsilonCutoff, EtaCutoff = neutral.EtaCutoff, TopH = neutral.TopH },
            };
        }
    }

    /// <summary>What <see cref="GenerationOptions.Resolve"/> gives, for a prompt of that many tokens.</summary>
    /// <exception cref="ModelFormatException">The model's advice cannot be followed.</exception>
    internal SamplingOptions Ready(SamplingOptions resolved, int promptLength)
    {
        if (Refused is var (file, key, problem)) throw new ModelFormatException(file, key, null, problem);
        int least = resolved.MinTokens > 0 ? resolved.MinTokens : Math.Max(0, MinLength - promptLength);
        // A least length that nobody asked for does not rule out a short text.
        return resolved with { MinTokens = resolved.MaxTokens is { } most && resolved.MinTokens == Further.MinTokens ? Math.Min(least, most) : least };
    }

    /// <summary>The first key that would change even a greedy text in a way that is not supported.</summary>
    private static (string File, string Key, string Problem)? Unsupported(ModelConfig config)
    {
        string? key = config.FloatOr(1, "guidance_scale") != 1 ? "guidance_scale" : config.FloatOr(0, "penalty_alpha") != 0 ? "penalty_alpha" : null;
        key ??= ((string[])["force_words_ids", "constraints", "watermarking_config", "stop_strings", "dola_layers"]).FirstOrDefault(k => config.Has(k) && config.Json[k] is not JsonArray { Count: 0 });
        return key is null ? null : (config.File, key, $"is {config.Json[key]!.ToJsonString()}, which is not supported when text is generated; remove the key to do without");
    }

    private static SamplingOptions ReadFurther(ModelConfig config)
    {
        double[]? decay = config.NumbersOrNull("exponential_decay_length_penalty");
        if (decay is not (null or { Length: 2 })) throw config.Error("exponential_decay_length_penalty", "needs a start and a factor");
        return new SamplingOptions
        {
            TypicalP = config.FloatOr(1, "typical_p"),
            EpsilonCutoff = config.FloatOr(0, "epsilon_cutoff"),
            EtaCutoff = config.FloatOr(0, "eta_cutoff"),
            TopH = config.FloatOr(0, "top_h"),
            NoRepeatNgramSize = config.IntOr(0, "no_repeat_ngram_size"),
            EncoderNoRepeatNgramSize = config.IntOr(0, "encoder_no_repeat_ngram_size"),
            EncoderRepetitionPenalty = config.FloatOr(1, "encoder_repetition_penalty"),
            MinTokens = config.IntOr(0, "min_new_tokens"),
            LengthDecayStart = (int)(decay?[0] ?? 0),
            LengthDecayFactor = (float)(decay?[1] ?? 1),
            SuppressedIds = Ids(config, "suppress_tokens"),
            BeginSuppressedIds = Ids(config, "begin_suppress_tokens"),
            SequenceBias = config.Json["sequence_bias"] switch
            {
                null => [],
                JsonArray biases => [.. biases.Select(bias => Bias(config, bias))],
                _ => throw config.Error("sequence_bias", "is no list of [token ids, bias]"),
            },
            BadWords = config.Json["bad_words_ids"] switch
            {
                null => [],
                JsonArray words => [.. words.Select(word => Word(config, word))],
                _ => throw config.Error("bad_words_ids", "is no list of lists of token ids"),
            },
        };
    }

    private static TokenSequenceBias Bias(ModelConfig config, JsonNode? pair) => pair is JsonArray and [var ids, JsonValue bias] && bias.GetValueKind() == JsonValueKind.Number
        ? new TokenSequenceBias(Word(config, ids, "sequence_bias"), (float)bias.GetValue<double>())
        : throw config.Error("sequence_bias", "holds something else than [token ids, bias]");

    private static int[] Word(ModelConfig config, JsonNode? word, string key = "bad_words_ids") => word is JsonArray { Count: > 0 } ids && ids.All(id => id is JsonValue v && v.TryGetValue(out int _))
        ? [.. ids.Select(id => id!.GetValue<int>())]
        : throw config.Error(key, "holds something else than lists of token ids");

    private static IReadOnlyList<int> Ids(ModelConfig config, string key) => config.Json[key] switch
    {
        null => [],
        JsonArray => [.. config.NumbersOrNull(key)!.Select(id => id == (int)id ? (int)id : throw config.Error(key, $"holds {id}, which is no token id"))],
        _ => [config.IntOrNull(key)!.Value],
    };
}
