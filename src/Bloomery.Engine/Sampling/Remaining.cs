using System.Numerics;

namespace Bloomery.Engine.Sampling;

/// <summary>The tokens still in play, in id order: at first the whole vocabulary, later only those that truncation left.</summary>
internal ref struct Remaining(Span<float> logits, Span<int> ids)
{
    private const int Small = 64;
    private readonly Span<int> _ids = ids;
    private bool _packed;

    /// <summary>(count).</summary>
    public Span<float> Logits { get; private set; } = logits;

    /// <summary>(count), unnormalised, once <see cref="Weigh"/> has run.</summary>
    public Span<float> Weights { get; private set; }

    /// <summary>The sum of the weights.</summary>
    public double Sum { get; private set; }

    /// <summary>How many positions there are to look at.</summary>
    public readonly int Count => Logits.Length;

    /// <summary>The token at a position.</summary>
    public readonly int IdAt(int index) => _packed ? _ids[index] : index;

    /// <summary>Drops removed tokens where that at least halves the work to come.</summary>
    public void Pack(bool always = false)
    {
        if (!always && (Count <= Small || 2 * CountAlive(Logits) > Count)) return;
        int kept = 0, i = 0;
        var removed = new Vector<float>(float.NegativeInfinity);
        while (i < Count)
        {
            int end = Math.Min(i + Vector<float>.Count, Count);
            if (end - i == Vector<float>.Count && !Vector.GreaterThanAny(new Vector<float>(Logits[i..]), removed)) i = end;
            for (; i < end; i++)
            {
                if (!(Logits[i] > float.NegativeInfinity)) continue;
                (Logits[kept], _ids[kept]) = (Logits[i], IdAt(i));
                kept++;
            }
        }
        Logits = Logits[..kept];
        _packed = true;
    }

    /// <summary>Turns logits into weights.</summary>
    public void Weigh(float max, Span<float> weights)
    {
        Weights = weights[..Count];
        Sum = LogitMath.Weigh(Logits, max, Weights);
    }

    /// <summary>The first position, from the likeliest token down, whose cumulative probability exceeds <paramref name="u"/>. Reorders the positions.</summary>
    public readonly int DrawLikeliestFirst(Span<float> keys, double u)
    {
        keys = keys[..Count];
        Span<int> ids = _ids[..Count];
        Weights.CopyTo(keys);
        keys.Sort(ids);
        keys.Reverse();
        ids.Reverse();
        SortTies(keys, ids);
        keys.CopyTo(Weights);

        double target = u * Sum, cumulative = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            cumulative += keys[i];
            if (cumulative > target) return i;
        }
        return keys.LastIndexOfAnyExcept(0f);
    }

    // Equal weights in id order, so that the draw does not hang on the sort's inner workings.
    private static void SortTies(ReadOnlySpan<float> keys, Span<int> ids)
    {
        for (int begin = 0, end; begin < keys.Length; begin = end)
        {
            for (end = begin + 1; end < keys.Length && keys[end] == keys[begin];) end++;
            if (end - begin > 1) ids[begin..end].Sort();
        }
    }

    private static int CountAlive(ReadOnlySpan<float> logits)
    {
        int i = 0;
        Vector<int> alive = Vector<int>.Zero;
        var removed = new Vector<float>(float.NegativeInfinity);
        for (; i <= logits.Length - Vector<float>.Count; i += Vector<float>.Count)
            alive -= Vector.GreaterThan(new Vector<float>(logits[i..]), removed); // a true lane is -1
        int count = Vector.Sum(alive);
        for (; i < logits.Length; i++) if (logits[i] > float.NegativeInfinity) count++;
        return count;
    }
}
