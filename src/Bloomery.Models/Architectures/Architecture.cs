using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Weights;

namespace Bloomery.Models.Architectures;

/// <summary>
/// A family of models: which weights it has and how they act on activations. Traced into a plan, never run; knows nothing of batches, caches, quantisation
/// or devices. One file each, found by its keys.
/// </summary>
/// <param name="config">The checkpoint's configuration.</param>
internal abstract class Architecture(ModelConfig config)
{
    /// <summary>How the model takes its input.</summary>
    public abstract ArchitectureKind Kind { get; }

    /// <summary>The checkpoint's configuration.</summary>
    public ModelConfig Config { get; } = config;

    /// <summary>Elements of a hidden state.</summary>
    public int HiddenSize { get; protected init; } = config.Size("hidden_size", "n_embd", "n_embed", "d_model");

    /// <summary>Layers (of the decoder, where there is an encoder too).</summary>
    public int LayerCount { get; protected init; } = CountLayers(config);

    /// <summary>Rows of the embedding table.</summary>
    public int VocabularySize { get; protected init; } = config.Size("vocab_size");

    /// <summary>Longest sequence that the model was made for, in tokens.</summary>
    public virtual int ContextLength => Config.MaxLength;

    /// <summary>
    /// Whether the frequencies of the rotary embedding change when a sequence grows from <paramref name="previous"/> to <paramref name="length"/> tokens,
    /// so that cached keys are stale.
    /// </summary>
    public virtual bool CacheIsStale(int previous, int length) => false;

    /// <summary>Whether tokens attend to later ones too, though the model generates, so that a text has to be run whole and not in slices.</summary>
    public virtual bool SeesAhead => false;

    /// <summary>The id that a decoder's text begins with, where an encoder reads the prompt; null: none is named.</summary>
    public virtual int? DecoderStartId => null;

    /// <summary>The id that is forced when the length limit is reached; null where there is none.</summary>
    public virtual int? ForcedEosId => null;

    /// <summary>The plans that a model of this kind has.</summary>
    public IReadOnlyList<PlanRole> Roles => Kind switch
    {
        ArchitectureKind.Decoder => [PlanRole.Decoder],
        ArchitectureKind.Encoder => [PlanRole.Encoder],
        _ => [PlanRole.Encoder, PlanRole.Decoder],
    };

    /// <summary>Declares the weights.</summary>
    public abstract void Map(WeightMap map);

    /// <summary>Traces the plan of one role.</summary>
    /// <exception cref="NotSupportedException">The kind has no such role.</exception>
    public Plan Trace(PlanRole role, WeightSet weights, bool recordHiddenStates = false)
    {
        if (!Roles.Contains(role)) throw new NotSupportedException($"{Config.ModelType} has no {role.ToString().ToLowerInvariant()}");
        Ops ops = new(recordHiddenStates);
        Trace(ops, role, weights);
        return ops.Build();
    }

    /// <summary>Appends the operations of one role.</summary>
    protected abstract void Trace(Ops ops, PlanRole role, WeightSet weights);

    /// <summary>The number of layers that a configuration states.</summary>
    protected static int CountLayers(ModelConfig config) => config.Count("num_hidden_layers", "n_layer", "n_layers", "num_layers", "decoder_layers");
}
