using System.Numerics;

namespace Bloomery.Engine.BeamSearch;

/// <summary>The best continuations over all beams, best first; on ties the lower beam, then the lower token.</summary>
/// <param name="capacity">How many are kept.</param>
internal sealed class BeamCandidates(int capacity)
{
    private readonly BeamCandidate[] _best = new BeamCandidate[capacity];
    private int _count;

    /// <summary>Best first.</summary>
    public ReadOnlySpan<BeamCandidate> Best => _best.AsSpan(0, _count);

    public void Clear() => _count = 0;

    /// <summary>Takes a beam's continuations into account.</summary>
    /// <param name="values">(vocabulary), a token's share of the score up to <paramref name="offset"/>.</param>
    /// <param name="offset">Added to every value.</param>
    public void Add(int beam, ReadOnlySpan<float> values, double offset)
    {
        int i = 0;
        while (i < values.Length)
        {
            int end = Math.Min(i + Vector<float>.Count, values.Length);
            if (end - i == Vector<float>.Count && !Vector.GreaterThanAny(new Vector<float>(values[i..]), new Vector<float>(Bar(offset)))) i = end;
            for (; i < end; i++)
                if (values[i] > float.NegativeInfinity) Insert(new BeamCandidate(offset + values[i], beam, i));
        }
    }

    // What a value must exceed to have a chance; a unit in the last place lower than exact, because it is rounded.
    private float Bar(double offset) =>
        _count < _best.Length ? float.NegativeInfinity : MathF.BitDecrement((float)(_best[^1].Score - offset));

    private void Insert(BeamCandidate candidate)
    {
        if (_count == _best.Length)
        {
            if (!(candidate.Score > _best[^1].Score)) return;
            _count--;
        }
        int place = _count++;
        for (; place > 0 && candidate.Score > _best[place - 1].Score; place--) _best[place] = _best[place - 1];
        _best[place] = candidate;
    }
}
