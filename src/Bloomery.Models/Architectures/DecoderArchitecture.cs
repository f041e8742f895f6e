using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;

namespace Bloomery.Models.Architectures;

/// <summary>A decoder: embedding, equal blocks, final norm, head. The layer loop is here; a family says what a block does.</summary>
internal abstract class DecoderArchitecture : Architecture
{
    private Rotary[]? _rotaries;
    private int? _contextLength; // asked for at every step

    /// <summary>Reads what all decoders have in common.</summary>
    /// <param name="config">The checkpoint's configuration.</param>
    protected DecoderArchitecture(ModelConfig config) : base(config) => CheckpointConfig.RequireCausal(config);

    /// <summary>The rotary embeddings that the blocks use.</summary>
    protected virtual IEnumerable<Rotary> Rotaries => [];

    /// <inheritdoc/>
    public override int ContextLength =>
        _contextLength ??= (int)Math.Min(base.ContextLength * Rotaries.Select(r => r.LengthFactor).DefaultIfEmpty(1).Max(), int.MaxValue / 2);

    /// <inheritdoc/>
    public override ArchitectureKind Kind => ArchitectureKind.Decoder;

    /// <inheritdoc/>
    public override bool SeesAhead => Config.SeesAhead;

    /// <inheritdoc/>
    public override bool CacheIsStale(int previous, int length)
    {
        // Asked at every step: a loop over an array allocates nothing.
        foreach (Rotary rotary in _rotaries ??= [.. Rotaries])
            if (rotary.ChangesBetween(previous, length)) return true;
        return false;
    }

    /// <summary>
    /// Traces the whole model. Results: <c>last_hidden_state</c> (every token, after the final norm), <c>projected_hidden_state</c> (where the model
    /// projects it) and <c>logits</c> (wanted rows).
    /// </summary>
    protected override void Trace(Ops ops, PlanRole role, WeightSet weights)
    {
        Value x = Embed(ops, weights);
        ops.Record(x);
        for (int i = 0; i < LayerCount; i++)
        {
            x = Block(ops, x, new Layer(i, weights, $"blk.{i}."));
            if (i + 1 < LayerCount) ops.Record(x);
        }
        x = FinalNorm(ops, x, weights);
        ops.Result("last_hidden_state", x);
        Value projected = Project(ops, x, weights);
        // The reference library leaves the last state out of the hidden states where it projects it.
        if (projected == x) ops.Record(x);
        else ops.Result("projected_hidden_state", projected);
        ops.Result("logits", Head(ops, ops.Select(projected), weights));
    }

    /// <summary>Token ids to the input of the first block.</summary>
    protected virtual Value Embed(Ops ops, WeightSet weights) => ops.Embed(weights["token_embd"]);

    /// <summary>One layer.</summary>
    protected abstract Value Block(Ops ops, Value x, Layer l);

    /// <summary>The norm after the last block.</summary>
    protected abstract Value FinalNorm(Ops ops, Value x, WeightSet weights);

    /// <summary>What lies between the last state and the head: nothing, but for models whose embeddings are narrower than their blocks.</summary>
    protected virtual Value Project(Ops ops, Value x, WeightSet weights) => x;

    /// <summary>HiddenSize states to logits.</summary>
    protected virtual Value Head(Ops ops, Value x, WeightSet weights) => ops.Linear(x, weights["output"]);
}
