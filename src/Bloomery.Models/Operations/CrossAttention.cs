using Bloomery.Models.Execution;
using Bloomery.Models.KvCache;
using Bloomery.Models.Planning;

namespace Bloomery.Models.Operations;

/// <summary>Attention of a decoder to the encoder's keys and values.</summary>
internal sealed class CrossAttention(Value q, Value y, AttentionSpec spec, int layer) : AttentionCore([q], y, spec, layer)
{
    /// <inheritdoc/>
    public override string Description => $"cross-attention {Spec.Heads} heads of {Spec.KeyDim}";

    /// <inheritdoc/>
    protected override KvStore Store(BatchSequence sequence) =>
        sequence.Cross ?? throw new ArgumentException("a decoder with cross-attention needs the encoder's cache");
}
