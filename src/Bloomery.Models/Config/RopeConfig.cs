using Bloomery.Models.Positions;

namespace Bloomery.Models.Config;

/// <summary>Reads rotary embeddings from the keys of either generation of the reference library: <c>rope_parameters</c> (5), or <c>rope_theta</c> with <c>rope_scaling</c> (4).</summary>
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
        ModelConfig? parameters = Parameters(config, layerType), scaling = parameters ?? Section(config, "rope_scaling");
        int max = config.SizeOr(2048, ModelConfig.ContextNames);
        string type = scaling?.StringOr("default", "rope_type", "type") ?? "default";
        if (config.ModelType == "phi3" && type is "su" or "yarn" && !config.IsGguf) type = "longrope";
        RopeScaling result = new()
        {
            Type = type,
            Theta = Positive(scaling, "rope_theta") ?? Positive(config, "rope_theta") ?? (config.ModelType == "gpt_neox" ? Positive(config, "rotary_emb_base") : null) ?? theta,
            MaxLength = max,
            OriginalLength = Original(config) ?? originalLength ?? Original(scaling) ?? max,
            AllocatedLength = config.IsGguf ? config.AllocatedContext ?? max : null,
        };
        if (scaling is null) return result;
        if (type is not ("default" or "linear" or "dynamic" or "llama3" or "yarn" or "longrope"))
            throw config.Error(scaling.Has("rope_type") ? "rope_type" : "type", $"is '{type}', a scaling of rotary embeddings that is not supported; supported are default, linear, dynamic, llama3, yarn, longrope");
        double? factor = Positive(scaling, "factor");
        if (type is "linear" or "dynamic" or "llama3" && factor is null) throw scaling.Error("factor", $"is missing from the {type} rope scaling");
        return result with
        {
            Factor = factor,
            LowFrequencyFactor = Positive(scaling, "low_freq_factor") ?? 1,
            HighFrequencyFactor = Positive(scaling, "high_freq_factor") ?? 4,
            BetaFast = scaling.DoubleOrNull("beta_fast") is { } fast and not 0 ? fast : 32,
            BetaSlow = scaling.DoubleOrNull("beta_slow") is { } slow and not 0 ? slow : 1,
            Truncate = scaling.BoolOr(true, "truncate"),
            AttentionFactor = scaling.DoubleOrNull("attention_factor"),
            MScale = scaling.DoubleOrNull("mscale"),
            MScaleAllDim = scaling.DoubleOrNull("mscale_all_dim"),
            ShortFactor = Divisors(scaling, "short_factor"),
            LongFactor = Divisors(scaling, "long_factor"),
            Divisors = Divisors(scaling, "gguf_divisors"),
        };
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
        else if (partial is { } share) dimensions = (int)Math.Clamp(headDim * PartialFactor(config, share), 0, int.MaxValue / 2);
        return Make(config, headDim, scaling, dimensions, key, interleaved);
    }

    /// <summary>Makes the embedding with a known number of rotating dimensions, which <paramref name="key"/> says.</summary>
    public static Rotary Make(ModelConfig config, int headDim, RopeScaling scaling, int dimensions, string key, bool interleaved)
    {
        if (dimensions < 2 || dimensions % 2 != 0 || dimensions > headDim)
            throw config.Error(key, $"makes {dimensions} of a head's {headDim} dimensions rotate; an even number from 2 to {headDim} is needed");
        try
        {
            return new Rotary(dimensions, scaling, interleaved);
        }
        catch (ArgumentException e)
        {
            throw config.Error("rope_scaling", e.Message);
        }
    }

    /// <summary>The share of a head's dimensions that rotates.</summary>
    internal static double PartialFactor(ModelConfig config, double fallback) =>
        Section(config, "rope_parameters")?.DoubleOrNull("partial_rotary_factor") ?? Section(config, "rope_scaling")?.DoubleOrNull("partial_rotary_factor")
        ?? config.DoubleOrNull("partial_rotary_factor") ?? (config.ModelType == "gpt_neox" ? config.DoubleOrNull("rotary_pct") : null) ?? fallback;

    /// <summary>The newer generation's parameters, of one layer type where they are kept by layer type.</summary>
    private static ModelConfig? Parameters(ModelConfig config, string? layerType)
    {
        ModelConfig? all = Section(config, "rope_parameters");
        if (layerType is null || all is null) return all;
        if (all.Section(layerType) is { } own) return own;
        return all.Has("rope_type", "type", "rope_theta") ? all : null;
    }

    private static ModelConfig? Section(ModelConfig config, string name) => config.Section(name) is { Json.Count: > 0 } found ? found : null;

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
