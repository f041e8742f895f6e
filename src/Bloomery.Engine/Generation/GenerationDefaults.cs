using System.Text.Json;
using System.Text.Json.Nodes;
using Bloomery.Engine.Sampling;
using Bloomery.Formats;
using Bloomery.Models.Config;

namespace Bloomery.Engine.Generation;

/// <summary>A model's own advice on how to sample and when to stop: <c>generation_config.json</c>, or <c>NAME.generation.json</c> beside a GGUF file.</summary>
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

    /// <summary>Reads the advice beside <paramref name="modelPath"/>; nothing where there is none.</summary>
    /// <exception cref="ModelFormatException">The file is there and unusable.</exception>
    public static GenerationDefaults Find(string modelPath)
    {
        string path = Directory.Exists(modelPath)
            ? Path.Combine(modelPath, "generation_config.json")
            : Path.ChangeExtension(modelPath, ".generation.json");
        return File.Exists(path) ? Read(ModelConfig.Load(path)) : new GenerationDefaults();
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
            EndIds = Ids(config, "eos_token_id"),
            DecoderStartId = config.IntOrNull("decoder_start_token_id"),
            ForcedBosId = config.IntOrNull("forced_bos_token_id"),
            ForcedEosIds = Ids(config, "forced_eos_token_id"),
            Further = ReadFurther(config),
        };
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
            BadWords = config.Json["bad_words_ids"] switch
            {
                null => [],
                JsonArray words => [.. words.Select(word => Word(config, word))],
                _ => throw config.Error("bad_words_ids", "is no list of lists of token ids"),
            },
        };
    }

    private static int[] Word(ModelConfig config, JsonNode? word) => word is JsonArray { Count: > 0 } ids && ids.All(id => id is JsonValue v && v.TryGetValue(out int _))
        ? [.. ids.Select(id => id!.GetValue<int>())]
        : throw config.Error("bad_words_ids", "holds something else than lists of token ids");

    private static IReadOnlyList<int> Ids(ModelConfig config, string key) => config.Json[key] switch
    {
        null => [],
        JsonArray => [.. config.NumbersOrNull(key)!.Select(id => id == (int)id ? (int)id : throw config.Error(key, $"holds {id}, which is no token id"))],
        _ => [config.IntOrNull(key)!.Value],
    };
}
