using Bloomery.Engine.Sampling;
using Bloomery.Engine.Stopping;

namespace Bloomery.Engine.BeamSearch;

/// <summary>
/// Beam search for one prompt, with the results of <c>generate(num_beams=..)</c> in transformers 5. It is driven step by
/// step, so that an engine can run several in one batch: <see cref="Step"/> takes logits, <see cref="Parents"/> and
/// <see cref="Tokens"/> say what to compute next.
/// </summary>
/// <remarks>
/// Of each step's best continuations, max(2, 1 + number of end tokens) per beam, those that end are set aside if they are
/// among the first <c>NumBeams</c>; of the others the best <c>NumBeams</c> go on.
/// </remarks>
internal sealed class BeamSearcher
{
    private readonly BeamOptions _options;
    private readonly LogitChain? _chain;
    private readonly SampleScratch? _scratch;
    private readonly int _promptLength;
    private readonly int[] _encoderIds;
    private readonly float[] _shaped;
    private readonly BeamCandidates _candidates;
    private readonly FinishedBeams _finished;
    private readonly int[] _parents, _tokens;
    private readonly double[] _logSumExp;
    private RunningBeam[] _running, _spare;
    private int _live = 1;
    private int _generated;

    /// <summary>Begins with the prompt as the only beam.</summary>
    /// <param name="chain">Penalties, bans and masks, applied to log-probabilities without normalising them again; null for none.</param>
    /// <param name="scratch">Working memory; needed with a chain.</param>
    /// <param name="encoderIds">The encoder's input, for the steps of the chain that look at it.</param>
    public BeamSearcher(ReadOnlySpan<int> prompt, BeamOptions options, LogitChain? chain = null, SampleScratch? scratch = null, int[]? encoderIds = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (chain is not null) ArgumentNullException.ThrowIfNull(scratch);

        _options = options;
        _chain = chain;
        _scratch = scratch;
        _promptLength = prompt.Length;
        _encoderIds = encoderIds ?? [];
        _shaped = chain is null ? [] : new float[scratch!.Vocabulary];
        int beams = options.NumBeams;
        _candidates = new BeamCandidates(checked(Math.Max(2, 1 + (options.EndIds?.Count ?? 0)) * beams));
        _finished = new FinishedBeams(beams);
        _parents = new int[beams];
        _tokens = new int[beams];
        _logSumExp = new double[beams];
        _running = NewBeams(beams, prompt.Length, options.MaxNewTokens);
        _spare = NewBeams(beams, prompt.Length, options.MaxNewTokens);
        _running[0].Begin(prompt);
    }

    /// <summary>How many beams there are now: rows of logits that the next <see cref="Step"/> takes.</summary>
    public int LiveBeams => _live;

    /// <summary>(beams): the beam of the step before that each beam goes on from.</summary>
    public ReadOnlySpan<int> Parents => _parents.AsSpan(0, _live);

    /// <summary>(beams): each beam's newest token.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, _live);

    /// <summary>Whether the search has ended.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The best hypotheses so far, best first.</summary>
    public IReadOnlyList<BeamHypothesis> Results => [.. _finished.Best.Take(_options.ReturnCount)];

    /// <summary>Runs a whole search.</summary>
    /// <returns>The best hypotheses, best first; fewer than asked for only when penalties and masks leave no more.</returns>
    /// <exception cref="InvalidOperationException">No token is left, or the logits are not numbers.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<BeamHypothesis> Run(IBeamModel model, ReadOnlySpan<int> prompt, BeamOptions options, LogitChain? chain = null,
        CancellationToken cancellation = default, int[]? encoderIds = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var search = new BeamSearcher(prompt, options, chain, chain is null ? null : new SampleScratch(model.Vocabulary), encoderIds);
        float[] logits = new float[checked(options.NumBeams * model.Vocabulary)]; // (beams, vocabulary)
        model.Start(prompt, logits.AsSpan(0, model.Vocabulary), cancellation);
        while (true)
        {
            search.Step(logits.AsSpan(0, search.LiveBeams * model.Vocabulary));
            if (search.IsDone) return search.Results;
            cancellation.ThrowIfCancellationRequested();
            model.Advance(search.Parents, search.Tokens, logits.AsSpan(0, search.LiveBeams * model.Vocabulary), cancellation);
        }
    }

    /// <summary>Takes one token further.</summary>
    /// <param name="logits">(live beams, vocabulary), as the model gave them; left as they are.</param>
    /// <exception cref="InvalidOperationException">The search has ended, no token is left, or the logits are not numbers.</exception>
    public void Step(ReadOnlySpan<float> logits)
    {
        if (IsDone) throw new InvalidOperationException("the beam search has ended");
        int vocabulary = Math.DivRem(logits.Length, _live, out int rest);
        if (rest != 0 || vocabulary == 0) throw new ArgumentException($"{logits.Length} logits are not rows for {_live} beams", nameof(logits));

        CollectCandidates(logits, vocabulary);
        bool wasFull = _finished.IsFull;
        int going = 0;
        ReadOnlySpan<BeamCandidate> best = _candidates.Best;
        for (int rank = 0; rank < best.Length; rank++)
        {
            BeamCandidate candidate = best[rank];
            float logProb = (float)(logits[candidate.Beam * vocabulary + candidate.Token] - _logSumExp[candidate.Beam]);
            bool ends = _options.EndIds?.Contains(candidate.Token) == true;
            if (!ends && _generated + 1 < _options.MaxNewTokens)
            {
                if (going < _options.NumBeams) GoOn(going++, candidate, logProb);
            }
            else if (rank < _options.NumBeams && !(wasFull && _options.EarlyStopping == EarlyStopping.WhenFull))
            {
                SetAside(candidate, logProb, ends ? FinishReason.Stop : FinishReason.Length);
            }
        }
        (_running, _spare) = (_spare, _running);
        _live = going;
        _generated++;
        IsDone = HasEnded();
        if (IsDone && _finished.Best.Count == 0)
            throw new InvalidOperationException("no token is left to choose from: the biases, bans and masks of this request remove all of them");
    }

    private void CollectCandidates(ReadOnlySpan<float> logits, int vocabulary)
    {
        _candidates.Clear();
        for (int beam = 0; beam < _live; beam++)
        {
            ReadOnlySpan<float> row = logits.Slice(beam * vocabulary, vocabulary);
            double logSumExp = LogitMath.LogSumExp(row);
            if (!double.IsFinite(logSumExp)) throw LogitFailure.Of(row, _running[beam].History.Length - 1);
            _logSumExp[beam] = logSumExp;
            RunningBeam running = _running[beam];
            if (_chain is null) _candidates.Add(beam, row, running.Score - logSumExp);
            else _candidates.Add(beam, Shaped(row, logSumExp, running), running.Score);
        }
    }

    // The reference hands its processors log-probabilities: penalties that multiply depend on it.
    private Span<float> Shaped(ReadOnlySpan<float> row, double logSumExp, RunningBeam beam)
    {
        Span<float> shaped = _shaped.AsSpan(0, row.Length);
        for (int id = 0; id < row.Length; id++) shaped[id] = (float)(row[id] - logSumExp);
        _chain!.Shape(shaped, new SampleContext(beam.History, _promptLength, default, _scratch!, _encoderIds));
        return shaped;
    }

    private void GoOn(int place, BeamCandidate candidate, float logProb)
    {
        _spare[place].Become(_running[candidate.Beam], candidate.Token, logProb, candidate.Score);
        _parents[place] = candidate.Beam;
        _tokens[place] = candidate.Token;
    }

    private void SetAside(BeamCandidate candidate, float logProb, FinishReason reason)
    {
        double score = Normalized(candidate.Score, _generated + 1);
        if (!_finished.Wants(score)) return;
        RunningBeam parent = _running[candidate.Beam];
        _finished.Add(new BeamHypothesis([.. parent.Ids, candidate.Token], [.. parent.LogProbs, logProb], score, reason));
    }

    private bool HasEnded()
    {
        if (_live == 0) return true;
        if (!_finished.IsFull) return false;
        if (_options.EarlyStopping == EarlyStopping.WhenFull) return true;
        bool longestIsBest = _options.EarlyStopping == EarlyStopping.Never && _options.LengthPenalty > 0;
        double hope = Normalized(_running[0].Score, longestIsBest ? _options.MaxNewTokens : _generated);
        return !(hope > _finished.WorstScore);
    }

    private double Normalized(double score, int length) => score / Math.Pow(length, _options.LengthPenalty);

    private static RunningBeam[] NewBeams(int count, int promptLength, int maxNewTokens)
    {
        var beams = new RunningBeam[count];
        for (int i = 0; i < count; i++) beams[i] = new RunningBeam(promptLength, maxNewTokens);
        return beams;
    }
}
