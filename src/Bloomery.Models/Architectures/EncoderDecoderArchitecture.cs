using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Weights;

namespace Bloomery.Models.Architectures;

/// <summary>An encoder whose states a decoder attends to: two plans, which share a cross-attention cache for each sequence.</summary>
internal abstract class EncoderDecoderArchitecture(ModelConfig config) : Architecture(config)
{
    /// <inheritdoc/>
    public override ArchitectureKind Kind => ArchitectureKind.EncoderDecoder;

    /// <summary>Layers of the encoder.</summary>
    public int EncoderLayerCount { get; protected init; }

    /// <inheritdoc/>
    public override int? DecoderStartId => Config.IntOrNull("decoder_start_token_id");

    /// <inheritdoc/>
    public override int? ForcedEosId => Config.IntOrNull("forced_eos_token_id");

    /// <summary>The word embeddings of one side (<c>enc</c> or <c>dec</c>): its own where the checkpoint has them, else those that both share.</summary>
    private protected static Weight SideEmbedding(WeightSet weights, string side) =>
        weights.TryGet($"{side}.token_embd", out Weight? own) ? own : weights["token_embd"];

    /// <summary>Token ids to the input of the encoder's first block.</summary>
    protected abstract Value EmbedEncoder(Ops ops, WeightSet weights);

    /// <summary>One layer of the encoder.</summary>
    protected abstract Value EncoderBlock(Ops ops, Value x, Layer l);

    /// <summary>The encoder's final norm; x itself where there is none.</summary>
    protected virtual Value EncoderNorm(Ops ops, Value x, WeightSet weights) => x;

    /// <summary>Keys and values of one decoder layer's cross-attention, from the encoder's last state.</summary>
    protected abstract void StoreCross(Ops ops, Value x, Layer l);

    /// <summary>Token ids to the input of the decoder's first block.</summary>
    protected abstract Value EmbedDecoder(Ops ops, WeightSet weights);

    /// <summary>One layer of the decoder.</summary>
    protected abstract Value DecoderBlock(Ops ops, Value x, Layer l);

    /// <summary>The decoder's final norm; x itself where there is none.</summary>
    protected virtual Value DecoderNorm(Ops ops, Value x, WeightSet weights) => x;

    /// <summary>HiddenSize states to logits.</summary>
    protected abstract Value Head(Ops ops, Value x, WeightSet weights);

    /// <inheritdoc/>
    protected override void Trace(Ops ops, PlanRole role, WeightSet weights)
    {
        if (role == PlanRole.Encoder) TraceEncoder(ops, weights);
        else TraceDecoder(ops, weights);
    }

    /// <summary>Traces the encoder. Result: <c>last_hidden_state</c>; it also fills the cross-attention cache.</summary>
    private void TraceEncoder(Ops ops, WeightSet weights)
    {
        Value x = EmbedEncoder(ops, weights);
        ops.Record(x);
        for (int i = 0; i < EncoderLayerCount; i++)
        {
            x = EncoderBlock(ops, x, new Layer(i, weights, $"enc.blk.{i}."));
            if (i + 1 < EncoderLayerCount) ops.Record(x);
        }
        x = EncoderNorm(ops, x, weights);
        ops.Record(x);
        ops.Result("last_hidden_state", x);
        for (int i = 0; i < LayerCount; i++) StoreCross(ops, x, new Layer(i, weights, $"dec.blk.{i}."));
    }

    /// <summary>Traces the decoder. Results: <c>last_hidden_state</c> and <c>logits</c>.</summary>
    private void TraceDecoder(Ops ops, WeightSet weights)
    {
        Value x = EmbedDecoder(ops, weights);
        ops.Record(x);
        for (int i = 0; i < LayerCount; i++)
        {
            x = DecoderBlock(ops, x, new Layer(i, weights, $"dec.blk.{i}."));
            if (i + 1 < LayerCount) ops.Record(x);
        }
        x = DecoderNorm(ops, x, weights);
        ops.Record(x);
        ops.Result("last_hidden_state", x);
        ops.Result("logits", Head(ops, ops.Select(x), weights));
    }
}
