using Bloomery.Models.Execution;
using Bloomery.Models.Planning;

namespace Bloomery.Models.Operations;

/// <summary>Keeps an encoder's keys and values for one cross-attention layer of the decoder.</summary>
internal sealed class StoreCross(Value k, Value v, Value unused, AttentionSpec spec, int layer) : Operation([k, v], [unused])
{
    /// <inheritdoc/>
    public override string Description => $"store cross keys and values, layer {layer}";

    /// <inheritdoc/>
    public override void Run(Executor executor) => KvAppend.Run(executor, Inputs[0], Inputs[1], spec, layer, cross: true);
}
