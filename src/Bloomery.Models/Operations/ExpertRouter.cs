using Bloomery.Models.Planning;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Operations;

/// <summary>Chooses the experts of one token from the router's logits.</summary>
internal sealed class ExpertRouter(ExpertSpec spec)
{
    private readonly float[] _scores = new float[spec.Experts], _choice = new float[spec.Experts], _groupScores = new float[spec.Groups];

    /// <summary>Fills in the chosen experts and their weights, best first.</summary>
    /// <param name="kernels">For the softmax.</param>
    /// <param name="logits">(experts)</param>
    /// <param name="ids">(used)</param>
    /// <param name="weights">(used)</param>
    public void Choose(KernelSet kernels, ReadOnlySpan<float> logits, Span<int> ids, Span<float> weights)
    {
        logits.CopyTo(_scores);
        if (spec.Sigmoid) kernels.Activate(Activation.Sigmoid, _scores, _scores);
        else kernels.Softmax(_scores);
        _scores.CopyTo(_choice, 0);
        if (spec.SelectionBias is { } bias) kernels.Add(_choice, bias, _choice);
        if (spec.Groups > 1) DropGroups();

        float sum = 0;
        for (int j = 0; j < ids.Length; j++)
        {
            int best = Best(_choice);
            _choice[best] = float.NegativeInfinity;
            (ids[j], weights[j]) = (best, _scores[best]);
            sum += _scores[best];
        }
        float factor = spec.Scale / (spec.Normalize ? sum + spec.NormalizeEpsilon : 1);
        for (int j = 0; j < weights.Length; j++) weights[j] *= factor;
    }

    private void DropGroups()
    {
        int size = spec.Experts / spec.Groups;
        for (int g = 0; g < spec.Groups; g++)
        {
            float first = float.NegativeInfinity, second = float.NegativeInfinity;
            foreach (float s in _choice.AsSpan(g * size, size))
                if (s > first) (first, second) = (s, first);
                else if (s > second) second = s;
            _groupScores[g] = spec.GroupByTopTwo ? first + second : first;
        }
        for (int dropped = spec.Groups - spec.GroupsUsed; dropped > 0; dropped--)
        {
            int worst = 0;
            for (int g = 1; g < spec.Groups; g++)
                if (_groupScores[g] <= _groupScores[worst]) worst = g;
            _groupScores[worst] = float.PositiveInfinity;
            _choice.AsSpan(worst * size, size).Fill(float.NegativeInfinity);
        }
    }

    private static int Best(ReadOnlySpan<float> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
            if (values[i] > values[best]) best = i;
        return best;
    }
}
