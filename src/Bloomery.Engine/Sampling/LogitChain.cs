namespace Bloomery.Engine.Sampling;

/// <summary>
/// Turns one row of logits into a token: the steps that a request asks for, in the order of <see cref="SamplingStage"/>,
/// then the draw. One chain per sequence; choosing allocates nothing.
/// </summary>
internal sealed class LogitChain
{
    private readonly LogitStep[] _steps;
    private readonly LogitStep[] _shaping;     // by token id, before the temperature: also for greedy decoding and beams
    private readonly LogitStep[] _temperature; // by token id
    private readonly LogitStep[] _truncation;  // on what is left
    private readonly bool _greedy;
    private readonly bool _likeliestFirst;
    private readonly bool _logProbs;

    /// <summary>Builds the chain; neutral steps are left out.</summary>
    /// <param name="more">Steps that options cannot name (a grammar's mask): each goes where its stage says.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public LogitChain(SamplingOptions options, params ReadOnlySpan<LogitStep> more)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _greedy = options.Temperature == 0;
        _logProbs = options.LogProbs is not null;

        LogitStep[] all = [.. LogitSteps.Create(options), .. more];
        _steps = [.. all.Where(step => !step.IsNeutral && !(_greedy && step.Stage >= SamplingStage.Temperature)).OrderBy(step => step.Stage)];
        _shaping = [.. _steps.Where(step => step.Stage < SamplingStage.Temperature)];
        _temperature = [.. _steps.Where(step => step.Stage == SamplingStage.Temperature)];
        _truncation = [.. _steps.Where(step => step.Stage > SamplingStage.Temperature)];
        _likeliestFirst = _truncation.Any(step => step.Stage == SamplingStage.Mirostat);
    }

    /// <summary>The steps that do something, in the order in which they run.</summary>
    public IReadOnlyList<LogitStep> Steps => _steps;

    /// <summary>Whether the likeliest token is taken instead of a draw.</summary>
    public bool IsGreedy => _greedy;

    /// <summary>Chooses the next token.</summary>
    /// <param name="logits">(vocabulary), as the model gave them; left as they are.</param>
    /// <param name="alternatives">Filled with the likeliest tokens under the raw logits, best first.</param>
    /// <exception cref="InvalidOperationException">No token is left, or the logits are not numbers.</exception>
    public TokenChoice Choose(ReadOnlySpan<float> logits, in SampleContext context, Span<TokenAlternative> alternatives = default)
    {
        (int id, double probability) = _greedy ? (Greedy(logits, context), 1.0) : Draw(logits, context);
        if (!_logProbs && alternatives.IsEmpty) return new TokenChoice(id, float.NaN, probability);

        double logSumExp = LogitMath.LogSumExp(logits);
        Alternatives.Fill(alternatives, logits, logSumExp);
        return new TokenChoice(id, (float)(logits[id] - logSumExp), probability);
    }

    /// <summary>Tells the steps that a token has been accepted for good.</summary>
    public void Commit(in TokenChoice choice)
    {
        foreach (LogitStep step in _steps) step.Commit(choice);
    }

    /// <summary>Applies, in place, what comes before the temperature: biases, penalties, bans, grammar. All that beam search uses.</summary>
    public void Shape(Span<float> logits, in SampleContext context)
    {
        foreach (LogitStep step in _shaping) step.Apply(logits, context);
    }

    /// <summary>The probabilities from which <see cref="Choose"/> would draw; for greedy decoding all of it on one token.</summary>
    /// <param name="probabilities">(vocabulary); overwritten.</param>
    public void Distribution(ReadOnlySpan<float> logits, in SampleContext context, Span<double> probabilities)
    {
        probabilities[..logits.Length].Clear();
        if (_greedy)
        {
            probabilities[Greedy(logits, context)] = 1;
            return;
        }
        Remaining left = Truncate(logits, context);
        for (int i = 0; i < left.Count; i++) probabilities[left.IdAt(i)] = left.Weights[i] / left.Sum;
    }

    private int Greedy(ReadOnlySpan<float> logits, in SampleContext context)
    {
        if (_shaping.Length == 0) return Likeliest(logits, logits, context);
        Span<float> work = context.Scratch.Logits[..logits.Length];
        logits.CopyTo(work);
        Shape(work, context);
        return Likeliest(work, logits, context);
    }

    private (int Id, double Probability) Draw(ReadOnlySpan<float> logits, in SampleContext context)
    {
        Remaining left = Truncate(logits, context);
        int index = _likeliestFirst
            ? left.DrawLikeliestFirst(context.Scratch.Keys, context.Uniforms.Draw)
            : LogitMath.Draw(left.Weights, left.Sum, context.Uniforms.Draw);
        return (left.IdAt(index), left.Weights[index] / left.Sum);
    }

    private Remaining Truncate(ReadOnlySpan<float> logits, in SampleContext context)
    {
        SampleScratch scratch = context.Scratch;
        Span<float> work = scratch.Logits[..logits.Length];
        logits.CopyTo(work);
        Shape(work, context);
        foreach (LogitStep step in _temperature) step.Apply(work, context);
        // Truncation compares, and no comparison with NaN holds: it would leave out what is wrong, or everything.
        if (_truncation.Length > 0 && !float.IsFinite(LogitMath.Max(work))) throw LogitFailure.Of(logits, context.History.Length - 1);

        var left = new Remaining(work, scratch.Ids);
        foreach (LogitStep step in _truncation)
        {
            step.Apply(left.Logits, context);
            left.Pack();
        }
        if (_likeliestFirst) left.Pack(always: true);
        float max = LogitMath.Max(left.Logits);
        if (!float.IsFinite(max)) throw LogitFailure.Of(logits, context.History.Length - 1);
        left.Weigh(max, scratch.Weights);
        return left;
    }

    private static int Likeliest(ReadOnlySpan<float> work, ReadOnlySpan<float> logits, in SampleContext context)
    {
        int id = LogitMath.ArgMax(work);
        return id >= 0 && float.IsFinite(work[id]) ? id : throw LogitFailure.Of(logits, context.History.Length - 1);
    }
}
