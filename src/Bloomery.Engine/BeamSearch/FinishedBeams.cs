namespace Bloomery.Engine.BeamSearch;

/// <summary>The best hypotheses that have ended, at most one per beam, best first.</summary>
internal sealed class FinishedBeams(int capacity)
{
    private readonly List<BeamHypothesis> _best = new(capacity + 1);

    public IReadOnlyList<BeamHypothesis> Best => _best;

    /// <summary>Whether there is one per beam.</summary>
    public bool IsFull => _best.Count == capacity;

    /// <summary>The score to beat once it is full.</summary>
    public double WorstScore => _best[^1].Score;

    /// <summary>Whether a hypothesis of this score would be kept; the earlier one stays on ties.</summary>
    public bool Wants(double score) => !IsFull || score > WorstScore;

    public void Add(BeamHypothesis hypothesis)
    {
        int place = _best.Count;
        while (place > 0 && hypothesis.Score > _best[place - 1].Score) place--;
        _best.Insert(place, hypothesis);
        if (_best.Count > capacity) _best.RemoveAt(capacity);
    }
}
