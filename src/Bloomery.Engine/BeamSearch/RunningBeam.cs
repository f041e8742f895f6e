namespace Bloomery.Engine.BeamSearch;

/// <summary>A beam that has not ended: its text and the sum of its log-probabilities. The memory is reused from step to step.</summary>
internal sealed class RunningBeam(int promptLength, int maxNewTokens)
{
    private readonly int[] _history = new int[promptLength + maxNewTokens];
    private readonly float[] _logProbs = new float[maxNewTokens];

    /// <summary>The sum of log-probabilities.</summary>
    public double Score { get; private set; }

    /// <summary>How many tokens are generated.</summary>
    public int Count { get; private set; }

    /// <summary>Prompt and generated tokens.</summary>
    public ReadOnlySpan<int> History => _history.AsSpan(0, promptLength + Count);

    /// <summary>The generated tokens.</summary>
    public ReadOnlySpan<int> Ids => _history.AsSpan(promptLength, Count);

    /// <summary>Of the generated tokens, under the raw logits.</summary>
    public ReadOnlySpan<float> LogProbs => _logProbs.AsSpan(0, Count);

    /// <summary>Becomes the prompt alone.</summary>
    public void Begin(ReadOnlySpan<int> prompt)
    {
        prompt.CopyTo(_history);
        (Count, Score) = (0, 0);
    }

    /// <summary>Becomes <paramref name="parent"/> with one more token.</summary>
    public void Become(RunningBeam parent, int token, float logProb, double score)
    {
        parent.History.CopyTo(_history);
        parent.LogProbs.CopyTo(_logProbs);
        Count = parent.Count;
        _history[promptLength + Count] = token;
        _logProbs[Count] = logProb;
        Count++;
        Score = score;
    }
}
