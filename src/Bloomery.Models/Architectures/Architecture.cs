using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Weights;

namespace Bloomery.Models.Architectures;

/// <summary>A family of models: which weights it has and how they act on activations. Traced into a plan, never run; knows nothing of batches, caches, quantisation or devices. One file each, found by its keys.</summary>
/// <param name="config">The checkpoint's configuration.</param>
internal abstract class Architecture(ModelConfig config)
{
    /// <summary>The checkpoint's configuration.</summary>
    public ModelConfig Config { get; } = config;

    /// <summary>Elements of a hidden state.</summary>
    public int Hidden { get; protected init; } = config.Size("hidden_size", "n_embd", "n_embed", "d_model");

    /// <summary>Layers (of the decoder, where there is an encoder too).</summary>
    public int LayerCount { get; protected init; } = config.Count("num_hidden_layers", "n_layer", "n_layers", "num_layers", "decoder_layers");

    /// <summary>Rows of the embedding table.</summary>
    public int Vocabulary { get; protected init; } = config.Size("vocab_size");

    /// <summary>Longest sequence that the model was made for, in tokens.</summary>
    public virtual int ContextLength => Config.MaxLength;

    /// <summary>Whether the frequencies of the rotary embedding change when a sequence grows from <paramref name="previous"/> to <paramref name="length"/> tokens, so that cached keys are stale.</summary>
    public virtual bool CacheIsStale(int previous, int length) => false;

    /// <summary>Declares the weights.</summary>
    public abstract void Map(WeightMap map);
}
