using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Weights;

namespace Bloomery.Models.Architectures;

/// <summary>An encoder: embedding, equal blocks that see the whole sequence, and perhaps a pooler over the first token. A sequence is run whole.</summary>
internal abstract class EncoderArchitecture(ModelConfig config) : Architecture(config)
{
    /// <inheritdoc/>
    public override ArchitectureKind Kind => ArchitectureKind.Encoder;

    /// <summary>
    /// Traces the whole model. Results: <c>last_hidden_state</c> (every token) and, where the model has a pooler, <c>pooler_output</c> (wanted rows: the
    /// first of each sequence).
    /// </summary>
    protected override void Trace(Ops ops, PlanRole role, WeightSet weights)
    {
        Value x = Embed(ops, weights);
        ops.Record(x);
        for (int i = 0; i < LayerCount; i++)
        {
            x = Block(ops, x, new Layer(i, weights, $"blk.{i}."));
            ops.Record(x);
        }
        ops.Result("last_hidden_state", x);
        if (Pool(ops, x, weights) is { } pooled) ops.Result("pooler_output", pooled);
    }

    /// <summary>Token ids to the input of the first block.</summary>
    protected abstract Value Embed(Ops ops, WeightSet weights);

    /// <summary>One layer.</summary>
    protected abstract Value Block(Ops ops, Value x, Layer l);

    /// <summary>The pooler, or null.</summary>
    protected virtual Value? Pool(Ops ops, Value x, WeightSet weights) => null;
}
