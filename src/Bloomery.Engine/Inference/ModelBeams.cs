using Bloomery.Engine.BeamSearch;

namespace Bloomery.Engine.Inference;

/// <summary>Beam search over a model: one sequence a beam; when beams change parents, their caches are copied.</summary>
internal sealed class ModelBeams : IBeamModel, IDisposable
{
    private readonly Func<Sequence> _create;
    private List<Sequence> _beams = [], _spare = [];

    /// <summary>Prepares a search.</summary>
    /// <param name="vocabulary">Columns of the logits.</param>
    /// <param name="create">Makes the first sequence, empty.</param>
    public ModelBeams(int vocabulary, Func<Sequence> create) => (Vocabulary, _create) = (vocabulary, create);

    /// <inheritdoc/>
    public int Vocabulary { get; }

    /// <inheritdoc/>
    public void Start(ReadOnlySpan<int> prompt, Span<float> logits, CancellationToken cancellation)
    {
        _beams.Add(_create());
        _beams[0].Append(prompt, cancellation).CopyTo(logits);
    }

    /// <inheritdoc/>
    public void Advance(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens, Span<float> logits, CancellationToken cancellation)
    {
        // The first child of a parent takes over its cache; the others copy it before anything is appended.
        List<Sequence> children = [];
        HashSet<int> taken = [];
        foreach (int parent in parents)
        {
            if (taken.Add(parent))
            {
                children.Add(_beams[parent]);
                continue;
            }
            Sequence copy = Spare();
            copy.CopyFrom(_beams[parent]);
            children.Add(copy);
        }
        for (int i = 0; i < _beams.Count; i++)
            if (!taken.Contains(i)) _spare.Add(_beams[i]);
        _beams = children;
        for (int i = 0; i < tokens.Length; i++) _beams[i].Append(tokens.Slice(i, 1), cancellation).CopyTo(logits[(i * Vocabulary)..]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Sequence sequence in _beams.Concat(_spare)) sequence.Dispose();
        (_beams, _spare) = ([], []);
    }

    private Sequence Spare()
    {
        if (_spare.Count == 0) return _beams[0].Beside();
        Sequence last = _spare[^1];
        _spare.RemoveAt(_spare.Count - 1);
        return last;
    }
}
