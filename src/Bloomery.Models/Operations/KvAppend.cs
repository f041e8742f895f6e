using Bloomery.Models.Execution;
using Bloomery.Models.KvCache;
using Bloomery.Models.Planning;

namespace Bloomery.Models.Operations;

/// <summary>Stores the keys and values of a batch's rows in the caches of their sequences.</summary>
internal static class KvAppend
{
    public static void Run(Executor executor, Value keys, Value values, AttentionSpec spec, int layer, bool cross)
    {
        foreach (BatchSequence sequence in executor.Batch.Sequences)
        {
            KvStore store = (cross ? sequence.Cross : sequence.Store)!;
            for (int i = 0; i < sequence.RowCount; i++)
            {
                ReadOnlySpan<float> k = executor.Row(keys, sequence.RowBegin + i), v = executor.Row(values, sequence.RowBegin + i);
                for (int h = 0; h < spec.KvHeads; h++)
                {
                    executor.Kernels.StoreKv(k.Slice(h * spec.KeyDim, spec.KeyDim), store.KeyType, store.KeySlot(layer, h, i));
                    executor.Kernels.StoreKv(v.Slice(h * spec.ValueDim, spec.ValueDim), store.ValueType, store.ValueSlot(layer, h, i));
                }
            }
        }
    }
}
