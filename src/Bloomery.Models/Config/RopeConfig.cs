using Bloomery.Models.Positions;

namespace Bloomery.Models.Config;

/// <summary>Reads rotary embeddings from the keys of either generation of the reference library: <c>rope_parameters</c> (5), or <c>rope_theta</c> with <c>rope_scaling</c> (4).</summary>
public static class RopeConfig
{
    /// <summary>Reads the parameters.</summary>
    /// <param name="config">The checkpoint's keys.</param>
    /// <param name="theta">The family's default base.</param>
    /// <param name="originalLength">The family's default original length; null: the model's length.</param>
    /// <param name="layerType">The entry of a dictionary by layer type (Gemma 3), or null.</param>
    public static RopeScaling Read(ModelConfig config, double theta = 10000, int? originalLength = null, string? layerType = null)
    {
        ModelConfig? parameters = config.Section("rope_parameters");
        if (layerType is not null && parameters?.Section(layerType) is { } own) parameters = own;
        ModelConfig? scaling = parameters ?? config.Section("rope_scaling");
        int max = config.IntOr(2048, "max_position_embeddings", "n_positions");
        string type = scaling?.StringOr(scaling.StringOr("default", "type"), "rope_type") ?? "default";
        if (type is "su" || (type == "yarn" && config.ModelType == "phi3")) type = "longrope";
        RopeScaling result = new()
        {
            Type = type,
            Theta = parameters?.DoubleOrNull("rope_theta") ?? config.DoubleOrNull("rope_theta", "rotary_emb_base") ?? scaling?.DoubleOrNull("rope_theta") ?? theta,
            MaxLength = max,
            OriginalLength = config.IntOrNull("original_max_position_embeddings") ?? scaling?.IntOrNull("original_max_position_embeddings") ?? originalLength ?? max,
        };
        if (scaling is null) return result;
        if (type is not ("default" or "linear" or "dynamic" or "llama3" or "yarn" or "longrope"))
            throw config.Error("rope_scaling", $"has type '{type}'; known are default, linear, dynamic, llama3, yarn, longrope");
        if (type is "linear" or "dynamic" or "llama3" && scaling.DoubleOrNull("factor") is null) throw scaling.Error("factor", $"is missing from the {type} rope scaling");
        return result with
        {
            Factor = scaling.DoubleOrNull("factor"),
            LowFrequencyFactor = scaling.DoubleOrNull("low_freq_factor") ?? 1,
            HighFrequencyFactor = scaling.DoubleOrNull("high_freq_factor") ?? 4,
            BetaFast = scaling.DoubleOrNull("beta_fast") ?? 32,
            BetaSlow = scaling.DoubleOrNull("beta_slow") ?? 1,
            Truncate = scaling.BoolOr(true, "truncate"),
            AttentionFactor = scaling.DoubleOrNull("attention_factor"),
            MScale = scaling.DoubleOrNull("mscale"),
            MScaleAllDim = scaling.DoubleOrNull("mscale_all_dim"),
            ShortFactor = Floats(scaling.NumbersOrNull("short_factor")),
            LongFactor = Floats(scaling.NumbersOrNull("long_factor")),
            Divisors = Floats(scaling.NumbersOrNull("gguf_divisors")),
        };
    }

    /// <summary>The share of a head's dimensions that rotates.</summary>
    public static double PartialFactor(ModelConfig config, double fallback) =>
        config.Section("rope_parameters")?.DoubleOrNull("partial_rotary_factor") ?? config.DoubleOrNull("partial_rotary_factor", "rotary_pct") ?? fallback;

    /// <summary>Makes the embedding; parameters that cannot be used are an error of the file.</summary>
    public static Rotary Make(ModelConfig config, int dimensions, RopeScaling scaling, bool interleaved = false)
    {
        try
        {
            return new Rotary(dimensions, scaling, interleaved);
        }
        catch (ArgumentException e)
        {
            throw config.Error("rope_scaling", e.Message);
        }
    }

    private static float[]? Floats(double[]? values) => values is null ? null : [.. values.Select(v => (float)v)];
}
