using Bloomery.Models.Config;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Engine.Inspection;

/// <summary>How large the keys and values of a sequence are, from the configuration alone.</summary>
internal static class CacheSize
{
    private static readonly string[] Encoders = ["bert", "roberta", "xlm-roberta", "nomic-bert"];

    /// <summary>Bytes for <paramref name="context"/> tokens in all layers; 0 where nothing is cached.</summary>
    public static long Bytes(ModelConfig config, int context, KvType keys, KvType values)
    {
        if (Encoders.Contains(config.ModelType)) return 0;
        int heads = config.IntOr(0, "num_attention_heads", "n_head", "n_heads", "num_heads", "decoder_attention_heads");
        if (heads <= 0) return 0;
        int hidden = config.IntOr(0, "hidden_size", "n_embd", "n_embed", "d_model");
        int layers = config.IntOr(0, "num_decoder_layers", "decoder_layers", "num_hidden_layers", "n_layer", "n_layers", "num_layers");
        int kvHeads = config.BoolOr(false, "multi_query") ? 1 : config.IntOr(heads, "num_key_value_heads", "num_kv_heads", "n_head_kv");
        int keyDim = config.IntOr(hidden / heads, "head_dim", "d_kv"), valueDim = keyDim;
        if (config.Has("kv_lora_rank"))
        {
            // Latent attention is expanded to full heads before it is cached.
            keyDim = config.IntOr(0, "qk_nope_head_dim") + config.IntOr(0, "qk_rope_head_dim");
            valueDim = config.IntOr(keyDim, "v_head_dim");
        }
        return (long)layers * kvHeads * context * (RowBytes(keys, keyDim) + RowBytes(values, valueDim));
    }

    private static long RowBytes(KvType type, int dim) => type switch
    {
        KvType.F32 => 4L * dim,
        KvType.Q8_0 => (dim + 31L) / 32 * 34,
        _ => 2L * dim,
    };
}
