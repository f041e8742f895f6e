using Bloomery.Models.Planning;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.KvCache;

/// <summary>The cached keys and values of one sequence: rows are appended during a step, and walked page by page with their positions.</summary>
/// <remarks>
/// Positions are read from the pages and never implied by an index, so a (layer, head) may keep other slots than its neighbour. A step is begun, then
/// committed or rolled back.
/// </remarks>
internal abstract class KvStore : IDisposable
{
    /// <summary>What each layer holds.</summary>
    public abstract KvShape Shape { get; }

    /// <summary>How keys are stored.</summary>
    public abstract KvType KeyType { get; }

    /// <summary>How values are stored.</summary>
    public abstract KvType ValueType { get; }

    /// <summary>Committed tokens.</summary>
    public abstract int Length { get; }

    /// <summary>Makes room in every layer for one token at each of <paramref name="positions"/>.</summary>
    public abstract void Begin(ReadOnlySpan<int> positions);

    /// <summary>Keeps what the step appended.</summary>
    public abstract void Commit();

    /// <summary>Forgets what the step appended.</summary>
    public abstract void Rollback();

    /// <summary>Forgets all but the first <paramref name="length"/> tokens.</summary>
    public abstract void Truncate(int length);

    /// <summary>Makes this store hold the same tokens as <paramref name="other"/>, which has the same shape and types.</summary>
    public abstract void CopyFrom(KvStore other);

    /// <summary>Where the key of the step's token <paramref name="index"/> goes.</summary>
    public abstract Span<byte> KeySlot(int layer, int head, int index);

    /// <summary>Where the value of the step's token <paramref name="index"/> goes.</summary>
    public abstract Span<byte> ValueSlot(int layer, int head, int index);

    /// <summary>Pages of a (layer, head), the step's tokens included.</summary>
    public abstract int PageCount(int layer, int head);

    /// <summary>The most slots a page has.</summary>
    public abstract int PageSlots { get; }

    /// <summary>One page of a (layer, head).</summary>
    public abstract KvPage Page(int layer, int head, int page);

    /// <inheritdoc/>
    public abstract void Dispose();
}
