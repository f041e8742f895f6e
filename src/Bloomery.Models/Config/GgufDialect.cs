using Bloomery.Formats;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Models.Config;

/// <summary>
/// What a family's GGUF files say, in the words of <c>config.json</c>: architectures read one vocabulary. What llama.cpp requires of a
/// file is required here, and what it defaults is stated in the translation, so that no default of the reference library's class takes
/// its place. This class is what all families share; a family with words of its own has a subclass in its own file, found by GGUF's name of it.
/// </summary>
internal class GgufDialect
{
    private static readonly Catalog<GgufDialect> Families = new(typeof(GgufDialect).Assembly);

    /// <summary>The configuration that an architecture reads, from what <see cref="GgufConfig"/> found.</summary>
    /// <exception cref="ModelFormatException">A key is missing, or has a value that cannot be.</exception>
    public static ModelConfig Translate(ModelConfig config)
    {
        GgufTranslation translation = new(config);
        GgufDialect dialect = Families.TryFind(config.ModelType, out _) ? Families.Create(config.ModelType) : new GgufDialect();
        translation.Require("context_length", "embedding_length", "block_count", "attention.head_count");
        dialect.Heads(translation);
        dialect.FeedForward(translation);
        dialect.Family(translation);
        return translation.Result();
    }

    /// <summary>
    /// The numbers of heads and their sizes: as many key heads as query heads, and as long as the hidden state allows, where nothing else is said.
    /// </summary>
    protected virtual void Heads(GgufTranslation t)
    {
        int heads = t.Size("attention.head_count"), hidden = t.Size("embedding_length");
        t.Default("num_key_value_heads", heads);
        int? usual = hidden % heads == 0 ? hidden / heads : null;
        int? keys = t.Whole("attention.key_length") ?? usual, values = t.Whole("attention.value_length") ?? usual;
        t.Set("head_dim", keys, "attention.key_length");
        if (values == keys) return;
        string state = t.Has("attention.value_length") ? "is" : "is missing, and then is";
        throw t.Error("attention.value_length", $"{state} {values}; values as long as keys ({keys}) are supported");
    }

    /// <summary>The width of the feed-forward network under each of its names, and of experts where there are some.</summary>
    protected virtual void FeedForward(GgufTranslation t)
    {
        int experts = t.Whole("expert_count") ?? 0, used = t.Whole("expert_used_count") ?? 0;
        if (experts > 0) t.Require("expert_used_count");
        else if (used > 0) t.Require("expert_count");
        else t.Require("feed_forward_length");
        foreach (string name in (string[])["intermediate_size", "n_inner", "ffn_hidden_size", "d_ff"]) t.Take(name, "feed_forward_length");
    }

    /// <summary>What is the family's own.</summary>
    protected virtual void Family(GgufTranslation t)
    {
    }
}
