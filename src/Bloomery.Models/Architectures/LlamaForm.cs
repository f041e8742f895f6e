namespace Bloomery.Models.Architectures;

/// <summary>What tells <see cref="Llama"/>'s relatives apart: defaults of their classes in the reference library, and options that only they read.</summary>
internal sealed record LlamaForm
{
    /// <summary>Key/value heads where the key is absent; null: as many as query heads.</summary>
    public int? KvHeads { get; init; }

    /// <summary>Base of the rotary frequencies.</summary>
    public double Theta { get; init; } = 1e4;

    /// <summary>Epsilon of the norms.</summary>
    public float Epsilon { get; init; } = 1e-6f;

    /// <summary>Whether the head is the embedding table where the key is absent.</summary>
    public bool Tied { get; init; }

    /// <summary>Whether there are keys for biases.</summary>
    public bool MayHaveBiases { get; init; } = true;

    /// <summary>Which layers rotate queries and keys.</summary>
    public Func<int, bool> Rotates { get; init; } = _ => true;

    /// <summary>The sliding window, or null.</summary>
    public int? Window { get; init; }

    /// <summary>Which layers have the window where <c>layer_types</c> does not say it; null: all have it, and there is no such key.</summary>
    public Func<int, bool>? Sliding { get; init; }

    /// <summary>Experts where the key is absent; null: there is no such key (GGUF files of any relative may have experts).</summary>
    public int? Experts { get; init; }

    /// <summary>Multiplies q.k; null: 1 / sqrt of a head's size.</summary>
    public float? AttentionScale { get; init; }

    /// <summary>Multiplies the embeddings.</summary>
    public float EmbeddingScale { get; init; } = 1;

    /// <summary>Multiplies each branch before it is added.</summary>
    public float ResidualScale { get; init; } = 1;

    /// <summary>Multiplies the logits.</summary>
    public float LogitScale { get; init; } = 1;
}
