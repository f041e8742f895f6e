namespace Bloomery.Conversion;

/// <summary>What a GGUF tensor is for, as far as mixtures of types care.</summary>
internal enum TensorRole
{
    Other,
    Output,
    Embedding,
    Fused,
    LatentValues,
    Value,
    Key,
    Query,
    AttentionOutput,
    Up,
    Gate,
    Down,
}

/// <summary>Tells roles from names.</summary>
internal static class TensorRoles
{
    // The first that fits counts; feed-forward names take in those of experts.
    private static readonly (string Part, TensorRole Role)[] Parts =
    [
        ("attn_qkv.weight", TensorRole.Fused), ("attn_kv_b.weight", TensorRole.LatentValues), ("attn_v.weight", TensorRole.Value),
        ("attn_k.weight", TensorRole.Key),
        ("attn_q.weight", TensorRole.Query), ("attn_output.weight", TensorRole.AttentionOutput), ("ffn_up", TensorRole.Up), ("ffn_gate", TensorRole.Gate),
        ("ffn_down", TensorRole.Down),
    ];

    // Small, and the model hangs on them.
    private static readonly string[] KeptWhole = ["_norm.weight", "ffn_gate_inp", "position_embd", "token_types.weight", "attn_rel_b.weight", "rope_f", "altup",
        "laurel", "per_layer_model_proj", "ssm_conv1d", "shortconv.conv"];

    /// <summary>The role of the tensor called <paramref name="name"/>.</summary>
    public static TensorRole Of(string name)
    {
        if (name == "output.weight") return TensorRole.Output;
        if (name is "token_embd.weight" or "per_layer_token_embd.weight") return TensorRole.Embedding;
        foreach ((string part, TensorRole role) in Parts)
            if (name.Contains(part, StringComparison.Ordinal)) return role;
        return TensorRole.Other;
    }

    /// <summary>Whether the tensor may be stored in few bits: a matrix that is no norm, router or table of positions.</summary>
    public static bool IsQuantizable(string name, ReadOnlySpan<long> shape)
    {
        int dimensions = shape.Length;
        for (int i = 0; i < shape.Length - 1 && shape[i] == 1; i++) dimensions--;
        return dimensions >= 2 && name.EndsWith("weight", StringComparison.Ordinal) && !KeptWhole.Any(part => name.Contains(part, StringComparison.Ordinal));
    }

    /// <summary>The layer that a name belongs to, or -1.</summary>
    public static int Layer(string name)
    {
        const string Prefix = "blk.";
        if (!name.StartsWith(Prefix, StringComparison.Ordinal)) return -1;
        int dot = name.IndexOf('.', Prefix.Length);
        return dot > 0
            && int.TryParse(name.AsSpan(Prefix.Length, dot - Prefix.Length), System.Globalization.NumberStyles.None, null, out int layer) ? layer : -1;
    }
}
