using Bloomery.Engine.BeamSearch;
using Bloomery.Engine.Sampling;

namespace Bloomery.Tests.BeamSearch;

/// <summary>A model whose logits are a fixed function of the whole text, and which checks how it is driven.</summary>
internal sealed class TableModel(int vocabulary, ulong seed, Func<IReadOnlyList<int>, int, float>? logit = null) : IBeamModel
{
    private List<int[]> _beams = [];

    public int Vocabulary => vocabulary;

    public int MostBeams { get; private set; }

    public int Steps { get; private set; }

    public void Start(ReadOnlySpan<int> prompt, Span<float> logits, CancellationToken cancellation)
    {
        Assert.Equal(vocabulary, logits.Length);
        _beams = [prompt.ToArray()];
        Fill(_beams[0], logits);
    }

    public void Advance(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens, Span<float> logits, CancellationToken cancellation)
    {
        Assert.Equal(parents.Length, tokens.Length);
        Assert.Equal(parents.Length * vocabulary, logits.Length);
        var next = new List<int[]>();
        for (int i = 0; i < parents.Length; i++)
        {
            next.Add([.. _beams[parents[i]], tokens[i]]);
            Fill(next[i], logits.Slice(i * vocabulary, vocabulary));
        }
        _beams = next;
        MostBeams = Math.Max(MostBeams, next.Count);
        Steps++;
    }

    public float[] LogitsAfter(IReadOnlyList<int> text)
    {
        float[] logits = new float[vocabulary];
        Fill(text, logits);
        return logits;
    }

    private void Fill(IReadOnlyList<int> text, Span<float> logits)
    {
        for (int id = 0; id < vocabulary; id++) logits[id] = logit?.Invoke(text, id) ?? Mixed(text, id);
    }

    private float Mixed(IReadOnlyList<int> text, int id)
    {
        uint hash = 2166136261;
        foreach (int token in text) hash = (hash ^ (uint)token) * 16777619;
        return (float)(4 * new RandomStream(seed + hash).At(id).Draw);
    }
}
