namespace Bloomery.Conversion;

/// <summary>What llama.cpp, which most GGUF files are made for, asks of a family's tensors: it refuses a file that lacks one, and one that has more.</summary>
internal static class OtherReaders
{
    private const int CohereLayersWithHeadNorms = 64;

    // Families whose readers take a bias after attention and in the feed-forward network.
    private static readonly HashSet<string> Biased = ["llama", "granite", "phi2", "gptneox", "nemotron", "starcoder2", "gpt2", "starcoder", "bloom",
        "mpt", "bert"];

    /// <summary>Whether the head has a tensor even where it is the embedding.</summary>
    public static bool NeedHead(string architecture) => architecture is "qwen2moe" or "olmo2" or "phi2" or "stablelm" or "gptneox" or "nemotron";

    /// <summary>A key of the file that llama.cpp does not look at, so that it will compute something else; or null.</summary>
    public static string? Overlooked(IEnumerable<string> keys) =>
        keys.FirstOrDefault(k => k.EndsWith(".yarn_beta_fast", StringComparison.Ordinal) || k.EndsWith(".yarn_beta_slow", StringComparison.Ordinal));

    /// <summary>Why such a file will be refused there, or null.</summary>
    /// <param name="architecture">GGUF's name of the family.</param>
    /// <param name="layers">Blocks.</param>
    /// <param name="tensors">The names of the file's tensors.</param>
    public static string? Obstacle(string architecture, int layers, IEnumerable<string> tensors)
    {
        HashSet<string> names = [.. tensors];
        if (names.FirstOrDefault(n => IsUnknown(architecture, layers, n)) is { } extra) return $"it knows no {extra} in the architecture '{architecture}'";
        if (architecture is "gptneox" or "starcoder2" && !names.Contains("blk.0.attn_output.bias"))
            return $"it needs biases in the architecture '{architecture}'";
        return null;
    }

    private static bool IsUnknown(string architecture, int layers, string name)
    {
        if (name == "output.weight") return architecture is "gemma" or "gemma2" or "command-r";
        if (name == "rope_freqs.weight") return architecture is not ("llama" or "granite");
        if (name.StartsWith("rope_factors_", StringComparison.Ordinal)) return architecture is not ("llama" or "granite" or "phi3");
        if (architecture == "command-r" && name.EndsWith("attn_q_norm.weight", StringComparison.Ordinal)) return layers < CohereLayersWithHeadNorms;
        if (!name.StartsWith("blk.", StringComparison.Ordinal) || !name.EndsWith(".bias", StringComparison.Ordinal)) return false;
        if (name.EndsWith("attn_qkv.bias", StringComparison.Ordinal)) return architecture == "falcon";
        bool late = name.EndsWith("attn_output.bias", StringComparison.Ordinal) || name.EndsWith("ffn_gate.bias", StringComparison.Ordinal)
            || name.EndsWith("ffn_up.bias", StringComparison.Ordinal) || name.EndsWith("ffn_down.bias", StringComparison.Ordinal);
        return late ? !Biased.Contains(architecture) : name.EndsWith("attn_q_a.bias", StringComparison.Ordinal)
            || name.EndsWith("attn_kv_a_mqa.bias", StringComparison.Ordinal);
    }
}
