using System.Runtime.InteropServices;
using Bloomery.Models.Execution;
using Bloomery.Models.KvCache;
using Bloomery.Models.Planning;
using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Threading;

namespace Bloomery.Models.Operations;

/// <summary>
/// The walk that self- and cross-attention share: units of (sequence, kv head, some query tokens), each with a running softmax over the pages of its cache.
/// </summary>
internal abstract class AttentionCore(IReadOnlyList<Value> inputs, Value output, AttentionSpec spec, int layer) : Operation(inputs, [output]), IRangeJob
{
    // A page's keys and values are converted once per tile: enough rows to make that cheap, few enough that short prompts still divide. A multiple of the
    // kernels' 12.
    private const int RowsPerTile = 72;
    private readonly int _group = spec.Heads / spec.KvHeads;
    private Executor? _executor;
    private int[] _firstUnit = [0];

    /// <summary>How to attend.</summary>
    protected AttentionSpec Spec { get; } = spec;

    /// <summary>Which layer of the cache is read.</summary>
    protected int Layer { get; } = layer;

    private int TokensPerTile => Math.Max(1, RowsPerTile / _group);

    private int RowsAtMost => TokensPerTile * _group;

    /// <inheritdoc/>
    public override int ScratchBytes(Executor executor, int rows)
    {
        int r = RowsAtMost;
        int kernel = executor.Kernels.AttendScratchFloats(r, Spec.KeyDim, Spec.ValueDim, PagedKvStore.SlotsPerPage);
        int bias = Spec.RelativeBias is null ? 0 : Padded(r * (2 * Spec.RelativeSpan + 1));
        return sizeof(float) * checked(Padded(r * Spec.KeyDim) + Padded(r * Spec.ValueDim) + 4 * Padded(r) + bias + kernel);
    }

    /// <inheritdoc/>
    public override void Run(Executor executor)
    {
        _executor = executor;
        Append(executor);
        ReadOnlySpan<BatchSequence> sequences = executor.Batch.Sequences;
        if (_firstUnit.Length <= sequences.Length) _firstUnit = new int[Math.Max(sequences.Length + 1, _firstUnit.Length * 2)];
        for (int s = 0; s < sequences.Length; s++)
            _firstUnit[s + 1] = _firstUnit[s] + Spec.KvHeads * ((sequences[s].RowCount + TokensPerTile - 1) / TokensPerTile);
        executor.Divide(this, _firstUnit[sequences.Length], 1);
        _executor = null;
    }

    /// <summary>Stores this batch's keys and values, where this operation brings any.</summary>
    protected virtual void Append(Executor executor)
    {
    }

    /// <summary>The cache that a sequence attends to.</summary>
    protected abstract KvStore Store(BatchSequence sequence);

    void IRangeJob.Run(int begin, int end, int worker)
    {
        Executor executor = _executor!;
        int sequence = 0;
        for (int unit = begin; unit < end; unit++)
        {
            while (_firstUnit[sequence + 1] <= unit) sequence++;
            BatchSequence s = executor.Batch.Sequences[sequence];
            // Later tiles see more keys: the long ones are claimed first, so that the workers end together.
            int tiles = (s.RowCount + TokensPerTile - 1) / TokensPerTile, local = unit - _firstUnit[sequence];
            int head = local % Spec.KvHeads, tile = tiles - 1 - local / Spec.KvHeads;
            int first = tile * TokensPerTile;
            AttendTile(executor, s, head, s.RowBegin + first, Math.Min(TokensPerTile, s.RowCount - first), executor.Scratch(worker));
        }
    }

    private void AttendTile(Executor executor, BatchSequence sequence, int head, int row, int tokens, Span<byte> scratch)
    {
        int rows = tokens * _group, keyDim = Spec.KeyDim, valueDim = Spec.ValueDim, biasWidth = 2 * Spec.RelativeSpan + 1;
        Span<float> floats = MemoryMarshal.Cast<byte, float>(scratch);
        Span<float> queries = Take(ref floats, rows * keyDim), output = Take(ref floats, rows * valueDim);
        Span<float> max = Take(ref floats, rows), sum = Take(ref floats, rows);
        Span<float> slopes = Spec.Slopes is null ? default : Take(ref floats, rows);
        Span<int> positions = MemoryMarshal.Cast<float, int>(Take(ref floats, rows));
        Span<float> bias = Spec.RelativeBias is null ? default : Take(ref floats, rows * biasWidth);

        for (int t = 0, r = 0; t < tokens; t++)
            for (int g = 0; g < _group; g++, r++)
            {
                int queryHead = head * _group + g;
                executor.Row(Inputs[0], row + t).Slice(queryHead * keyDim, keyDim).CopyTo(queries[(r * keyDim)..]);
                positions[r] = executor.Batch.Positions[row + t];
                if (Spec.Slopes is { } s) slopes[r] = s[queryHead];
                if (Spec.RelativeBias is { } b) b.AsSpan(queryHead * biasWidth, biasWidth).CopyTo(bias[(r * biasWidth)..]);
            }

        AttentionTile tile = new()
        {
            Queries = queries, Positions = positions, Slopes = slopes, RelativeBias = bias, RelativeSpan = Spec.RelativeSpan,
            KeyDim = keyDim, ValueDim = valueDim, Scale = Spec.Scale, SoftCap = Spec.SoftCap,
            Before = Spec.Before, After = Spec.After, AlibiScale = Spec.AlibiScale, RoundAlibi = Spec.RoundAlibi,
        };
        AttentionState state = new() { Max = max, Sum = sum, Output = output };
        state.Reset();
        KvStore store = Store(sequence);
        int pages = store.PageCount(Layer, head);
        for (int p = 0; p < pages; p++) executor.Kernels.Attend(tile, store.Page(Layer, head, p), state, floats);
        executor.Kernels.FinishAttention(state, valueDim);
        for (int t = 0, r = 0; t < tokens; t++)
            for (int g = 0; g < _group; g++, r++)
                output.Slice(r * valueDim, valueDim).CopyTo(executor.Row(Output, row + t)[((head * _group + g) * valueDim)..]);
    }

    private static int Padded(int count) => checked(count + 15) / 16 * 16;

    private static Span<float> Take(ref Span<float> from, int count)
    {
        Span<float> taken = from[..count];
        from = from[Padded(count)..];
        return taken;
    }
}
