using Bloomery.Models.Positions;

namespace Bloomery.Models.Config;

/// <summary>
/// Reads rotary embeddings from the keys of either generation of the reference library: <c>rope_parameters</c> (5), or <c>rope_theta</c> with
/// <c>rope_scaling</c> (4).
/// </summary>
internal static class RopeConfig
{
    /// <summary>Reads the parameters.</summary>
    /// <param name="config">The checkpoint's keys.</param>
    /// <param name="theta">The family's default base.</param>
    /// <param name="originalLength">The family's default of <c>original_max_position_embeddings</c>; null: it has none.</param>
    /// <param name="layerType">The entry of a dictionary by layer type (Gemma 3), or null.</param>
    public static RopeScaling Read(ModelConfig config, double theta = 10000, int? originalLength = null, string? layerType = null)
    {
        if (config.IsGguf) (theta, originalLength) = (10000, null); // the format has defaults of its own
        ModelConfig? scaling = layerType is null ? RopeSections.Only(config) : RopeSections.Of(config, layerType);
        int max = config.MaxLength;
        string type = scaling?.StringOr("default", "rope_type", "type") ?? "default";
        if (config.ModelType == "phi3" && type is "su" or "yarn" && !config.IsGguf) type = "longrope";
        int? ownOriginal = layerType is null || config.IsGguf ? Original(config) ?? originalLength : null;
        RopeScaling result = new()
        {
            Type = type,
            Theta = Positive(scaling, "rope_theta") ?? Positive(config, ThetaKey(config, layerType)) ?? theta,
            MaxLength = max,
            OriginalLength = ownOriginal ?? Original(scaling) ?? max,
        };
        if (scaling is null) return result;
        if (type is not ("default" or "linear" or "dynamic" or "llama3" or "yarn" or "longrope" or "proportional"))
            throw config.Error(scaling.Has("rope_type") ? "rope_type" : "type",
                $"is '{type}', a scaling of rotary embeddings that is not supported; supported are {Rotary.Types}");
        double? factor = Positive(scaling, "factor");
        if (type is "linear" or "dynamic" or "llama3" && factor is null) throw scaling.Error("factor", $"is missing from the {type} rope scaling");
        return result with
        {
            Factor = factor,
            LowFrequencyFactor = Stated("low_freq_factor", 1),
            HighFrequencyFactor = Stated("high_freq_factor", 4),
            BetaFast = scaling.DoubleOrNull("beta_fast") is { } fast and not 0 ? fast : 32,
            BetaSlow = scaling.DoubleOrNull("beta_slow") is { } slow and not 0 ? slow : 1,
            Truncate = scaling.BoolOr(true, "truncate"),
            AttentionFactor = config.IsGguf || type is "yarn" or "longrope" ? scaling.DoubleOrNull("attention_factor") : null,
            MScale = scaling.DoubleOrNull("mscale"),
            MScaleAllDim = scaling.DoubleOrNull("mscale_all_dim"),
            ShortFactor = Divisors(scaling, "short_factor"),
            LongFactor = Divisors(scaling, "long_factor"),
            Share = type == "proportional"
                ? Math.Clamp(scaling.DoubleOrNull("partial_rotary_factor") ?? config.DoubleOrNull("partial_rotary_factor") ?? 1, 0, 1) : 1,
            Divisors = Divisors(scaling, "gguf_divisors"),
        };

        double Stated(string name, double published) =>
            Positive(scaling, name) ?? (type == "llama3" ? throw scaling.Error(name, "is missing from the llama3 rope scaling") : published);
    }

    /// <summary>Makes the embedding of heads of <paramref name="headDim"/> elements; parameters that cannot be used are an error of the file.</summary>
    /// <param name="config">The checkpoint's keys.</param>
    /// <param name="headDim">Elements of a head.</param>
    /// <param name="scaling">Base, type and parameters.</param>
    /// <param name="partial">The family's default share of dimensions that rotate; null: all do, whatever the keys say.</param>
    /// <param name="interleaved">Whether pairs lie side by side.</param>
    public static Rotary Make(ModelConfig config, int headDim, RopeScaling scaling, double? partial = null, bool interleaved = false)
    {
        string key = partial is null ? "head_dim" : "partial_rotary_factor";
        int dimensions = headDim;
        if (config.IsGguf) dimensions = config.SizeOr(headDim, key = "gguf.rope.dimension_count");
        else if (scaling.Type == "proportional") return Make(config, headDim, scaling, headDim, key, interleaved);
        else if (partial is { } share) dimensions = Share(headDim, PartialFactor(config, share));
        else if (scaling.Type != "default" && Share(headDim, PartialFactor(config, 1)) != headDim)
            throw config.Error("partial_rotary_factor", $"is {PartialFactor(config, 1)}; heads of this family rotate as a whole under {scaling.Type} scaling");
        return Make(config, headDim, scaling, dimensions, key, interleaved);
    }

    /// <summary>Makes the embedding with a known number of rotating dimensions, which <paramref name="key"/> says.</summary>
    public static Rotary Make(ModelConfig config, int headDim, RopeScaling scaling, int dimensions, string key, bool interleaved)
    {
        // The reference library turns one dimension more than an odd share, at the odd share's frequencies; families that cut heads by the share itself cannot.
        int span = dimensions;
        if (dimensions % 2 != 0 && config.ModelType is "gpt_neox" or "phi3" && !config.IsGguf && scaling.Type is "default" or "linear" or "dynamic" or "llama3")
            dimensions++;
        if (dimensions < 2 || dimensions % 2 != 0 || dimensions > headDim)
            throw config.Error(key, $"makes {span} of a head's {headDim} dimensions rotate; an even number from 2 to {headDim} is needed");
        try
        {
            return new Rotary(dimensions, scaling, interleaved, span);
        }
        catch (ArgumentException e)
        {
            throw config.Error("rope_scaling", e.Message);
        }
    }

    /// <summary>The share of a head's dimensions that rotates.</summary>
    internal static double PartialFactor(ModelConfig config, double fallback) =>
        config.Section("rope_scaling")?.DoubleOrNull("partial_rotary_factor") ?? config.Section("rope_parameters")?.DoubleOrNull("partial_rotary_factor")
        ?? config.DoubleOrNull(config.ModelType == "gpt_neox" ? "rotary_pct" : "partial_rotary_factor") ?? fallback;

    private static int Share(int headDim, double factor) => (int)Math.Clamp(headDim * factor, 0, int.MaxValue / 2);

    /// <summary>
    /// Where the older generation keeps the base: GPT-NeoX never reads <c>rope_theta</c>, Gemma 3 has a second base for layers with a window.
    /// </summary>
    private static string ThetaKey(ModelConfig config, string? layerType) => (config.IsGguf, layerType, config.ModelType) switch
    {
        (true, "sliding_attention", _) => "gguf.rope.freq_base_swa",
        (true, _, _) => "rope_theta",
        (_, "sliding_attention", _) => "rope_local_base_freq",
        (_, _, "gpt_neox") => "rotary_emb_base",
        _ => "rope_theta",
    };

    private static int? Original(ModelConfig? section) =>
        section?.IntOrNull("original_max_position_embeddings") is { } length ? section.SizeOr(length, "original_max_position_embeddings") : null;

    private static double? Positive(ModelConfig? section, string name)
    {
        double? value = section?.DoubleOrNull(name);
        return value is null or > 0 ? value : throw section!.Error(name, $"is {value}; a positive number is needed");
    }

    private static float[]? Divisors(ModelConfig section, string name)
    {
        if (section.NumbersOrNull(name) is not { } values) return null;
        return values.All(v => v > 0) ? [.. values.Select(v => (float)v)] : throw section.Error(name, "holds a divisor that is not positive");
    }
}
