using Bloomery.Models.Execution;
using Bloomery.Models.KvCache;
using Bloomery.Models.Planning;

namespace Bloomery.Models.Operations;

/// <summary>
/// Self-attention: appends this batch's keys and values to the cache of its layer, and attends to all of it that is visible (FlashAttention, arXiv 2205.14135;
/// grouped queries, arXiv 2305.13245).
/// </summary>
internal sealed class Attention(Value q, Value k, Value v, Value y, AttentionSpec spec, int layer) : AttentionCore([q, k, v], y, spec, layer)
{
    /// <inheritdoc/>
    public override string Description =>
        $"attention {Spec.Heads}/{Spec.KvHeads} heads of "
        + $"{Spec.KeyDim}{(Spec.Before < Numerics.Kernels.AttentionTile.Unbounded ? $", window {Spec.Before}" : "")}";

    /// <inheritdoc/>
    protected override void Append(Executor executor) => KvAppend.Run(executor, Inputs[1], Inputs[2], Spec, Layer, cross: false);

    /// <inheritdoc/>
    protected override KvStore Store(BatchSequence sequence) => sequence.Store!;
}
