using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>How a hidden state is divided into heads.</summary>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key/value heads.</param>
/// <param name="HeadDim">Elements of a head.</param>
internal readonly record struct HeadShape(int Heads, int KvHeads, int HeadDim)
{
    private const int MostColumns = 1 << 26;

    /// <summary>Whether tokens attend to later ones, too: GGUF files of any family may say so.</summary>
    public bool SeesAhead { get; init; }

    /// <summary>Columns of all query heads.</summary>
    public int QueryColumns => Heads * HeadDim;

    /// <summary>Columns of all key/value heads.</summary>
    public int KvColumns => KvHeads * HeadDim;

    /// <summary>Reads the keys that nearly all families share.</summary>
    /// <param name="c">The configuration.</param>
    /// <param name="hidden">Elements of a hidden state.</param>
    /// <param name="defaultKvHeads">Used where the key is absent; null, and a key that is null: as many as query heads.</param>
    /// <param name="defaultHeadDim">Used where the key is absent; null, and a key that is null: hidden / heads.</param>
    public static HeadShape Read(ModelConfig c, int hidden, int? defaultKvHeads = null, int? defaultHeadDim = null)
    {
        int heads = HeadCount(c);
        int? dim = c.NullableSizeOr(defaultHeadDim, "head_dim");
        return Checked(c, heads, c.NullableSizeOr(defaultKvHeads, "num_key_value_heads") ?? heads, dim ?? Divided(c, hidden, heads));
    }

    /// <summary>Reads the number of heads of the families whose head size always is hidden / heads (GGUF files of any family may have another).</summary>
    /// <param name="c">The configuration.</param>
    /// <param name="hidden">Elements of a hidden state.</param>
    /// <param name="defaultKvHeads">Used where the key of kv heads is absent; null: the family has no such key, and as many as query heads.</param>
    public static HeadShape ReadEqual(ModelConfig c, int hidden, int? defaultKvHeads = null)
    {
        int heads = HeadCount(c);
        int kv = defaultKvHeads is null ? c.SizeOr(heads, "gguf.attention.head_count_kv") : c.NullableSizeOr(defaultKvHeads, "num_key_value_heads") ?? heads;
        return Checked(c, heads, kv, c.IntOrNull("gguf.attention.key_length") ?? Divided(c, hidden, heads));
    }

    /// <summary>Makes a shape whose numbers agree.</summary>
    public static HeadShape Checked(ModelConfig c, int heads, int kvHeads, int headDim)
    {
        if (heads % kvHeads != 0) throw c.Error("num_key_value_heads", $"is {kvHeads}, which does not divide the {heads} query heads");
        if (headDim is < 1 or > 1 << 14) throw c.Error("head_dim", $"is {headDim}; it must lie between 1 and {1 << 14}");
        if ((long)heads * headDim > MostColumns)
            throw c.Error("num_attention_heads", $"is {heads}, which with heads of {headDim} makes more than {MostColumns} columns");
        return new HeadShape(heads, kvHeads, headDim) { SeesAhead = c.SeesAhead };
    }

    /// <summary>Attention over these heads, causal unless they see ahead; the scale is 1 / sqrt(HeadDim) unless given.</summary>
    public AttentionSpec Attention(float? scale = null) => new()
    {
        Heads = Heads, KvHeads = KvHeads, KeyDim = HeadDim, ValueDim = HeadDim, Scale = scale ?? 1 / MathF.Sqrt(HeadDim),
        After = SeesAhead ? AttentionTile.Unbounded : 1,
    };

    private static int HeadCount(ModelConfig c) => c.Size("num_attention_heads", "n_head", "n_heads");

    private static int Divided(ModelConfig c, int hidden, int heads) =>
        hidden % heads == 0 ? hidden / heads : throw c.Error("num_attention_heads", $"is {heads}, which does not divide the hidden size {hidden}");
}
