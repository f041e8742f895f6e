using Bloomery.Models.Config;
using Bloomery.Models.Planning;

namespace Bloomery.Models.Architectures;

/// <summary>How a hidden state is divided into heads.</summary>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key/value heads.</param>
/// <param name="HeadDim">Elements of a head.</param>
public readonly record struct HeadShape(int Heads, int KvHeads, int HeadDim)
{
    /// <summary>Columns of all query heads.</summary>
    public int QueryColumns => Heads * HeadDim;

    /// <summary>Columns of all key/value heads.</summary>
    public int KvColumns => KvHeads * HeadDim;

    /// <summary>Reads the keys that nearly all families share.</summary>
    /// <param name="c">The configuration.</param>
    /// <param name="hidden">Elements of a hidden state.</param>
    /// <param name="defaultKvHeads">Used where the key is absent; null: as many as query heads.</param>
    /// <param name="defaultHeadDim">Used where the key is absent; null: hidden / heads.</param>
    /// <param name="hasHeadDim">False for the families whose head size always is hidden / heads.</param>
    public static HeadShape Read(ModelConfig c, int hidden, int? defaultKvHeads = null, int? defaultHeadDim = null, bool hasHeadDim = true)
    {
        int heads = c.Size("num_attention_heads", "n_head", "n_heads");
        int kv = c.SizeOr(defaultKvHeads ?? heads, "num_key_value_heads");
        int? dim = hasHeadDim ? c.IntOrNull("head_dim") ?? defaultHeadDim : null;
        if (dim is null && hidden % heads != 0) throw c.Error("num_attention_heads", $"is {heads}, which does not divide the hidden size {hidden}");
        return Checked(c, heads, kv, dim ?? hidden / heads);
    }

    /// <summary>Makes a shape whose numbers agree.</summary>
    public static HeadShape Checked(ModelConfig c, int heads, int kvHeads, int headDim)
    {
        if (heads % kvHeads != 0) throw c.Error("num_key_value_heads", $"is {kvHeads}, which does not divide the {heads} query heads");
        if (headDim is < 1 or > 1 << 14) throw c.Error("head_dim", $"is {headDim}; it must lie between 1 and {1 << 14}");
        return new HeadShape(heads, kvHeads, headDim);
    }

    /// <summary>Causal attention over these heads; the scale is 1 / sqrt(HeadDim) unless given.</summary>
    public AttentionSpec Attention(float? scale = null) => new()
    {
        Heads = Heads, KvHeads = KvHeads, KeyDim = HeadDim, ValueDim = HeadDim, Scale = scale ?? 1 / MathF.Sqrt(HeadDim),
    };
}
