using Bloomery.Engine.Inference;
using Bloomery.Engine.Sampling;
using Bloomery.Models.Execution;
using Bloomery.Models.KvCache;
using Bloomery.Models.Planning;

namespace Bloomery.Engine.Scoring;

/// <summary>
/// Measures how well a decoder predicts a text. Logits are computed for scored tokens only, and some at a time: memory does not grow with the window.
/// </summary>
internal sealed class PerplexityScorer(Runtime runtime)
{
    private readonly Executor _executor = runtime.Executor(PlanRole.Decoder);
    private readonly Batch _batch = new();

    /// <summary>The most logits that one run makes: 64 MiB.</summary>
    public int MostLogits { get; init; } = 1 << 24;

    private int MostRows => Math.Max(1, MostLogits / runtime.Architecture.VocabularySize);

    /// <summary>Scores a text.</summary>
    /// <param name="ids">The text.</param>
    /// <param name="context">Tokens of a window.</param>
    /// <param name="stride">From one window's begin to the next one's.</param>
    /// <param name="scoreFrom">Only positions in a window from here on are scored.</param>
    /// <param name="progress">Told the share that is done, 0 to 1.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="ArgumentException">An id is outside the vocabulary, or a window is longer than the context.</exception>
    /// <exception cref="InvalidOperationException">The model's logits are not finite numbers.</exception>
    public PerplexityScore Run(int[] ids, int context, int stride, int scoreFrom = 0, IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        runtime.CheckIds(ids);
        if (context > runtime.ContextLength) throw new ArgumentException($"a window of {context} tokens does not fit the context of {runtime.ContextLength}");
        double loss = 0;
        long tokens = 0;
        foreach (PerplexityWindow window in PerplexityWindows.Divide(ids.Length, context, stride, scoreFrom))
        {
            if (window.FirstScored < window.End) loss += Score(ids, window, cancellation);
            tokens += window.End - window.FirstScored;
            progress?.Report((double)window.End / ids.Length);
        }
        return new PerplexityScore(loss, tokens);
    }

    private double Score(int[] ids, PerplexityWindow window, CancellationToken cancellation)
    {
        // The last token predicts nothing that is scored, and the one before the first scored token is the first that does.
        int length = window.End - 1 - window.Begin, firstWanted = window.FirstScored - 1 - window.Begin;
        using KvStore? store = runtime.NewStore(_executor.Plan.KvShape, length);
        double loss = 0;
        for (int from = 0; from < length;)
        {
            int until = runtime.SeesAhead ? length : Math.Min(length, Math.Min(from + runtime.Options.ChunkTokens, Math.Max(from, firstWanted) + MostRows));
            _batch.Clear();
            _batch.BeginSequence(store, null, length);
            for (int i = from; i < until; i++) _batch.Add(ids[window.Begin + i], i, wanted: i >= firstWanted);
            _executor.Run(_batch, cancellation);
            loss += Loss(ids.AsSpan(window.Begin + 1));
            from = until;
        }
        _batch.Clear();
        return loss;
    }

    /// <param name="next">The token that follows each position.</param>
    private double Loss(ReadOnlySpan<int> next)
    {
        double loss = 0;
        Value value = _executor.Plan.Outputs["logits"];
        for (int i = 0; i < _batch.WantedCount; i++)
        {
            ReadOnlySpan<float> logits = _executor.Row(value, i);
            double logSumExp = LogitMath.LogSumExp(logits);
            if (!double.IsFinite(logSumExp)) throw new InvalidOperationException("the model's logits are not finite numbers");
            loss += logSumExp - logits[next[_batch.Positions[_batch.Wanted[i]]]];
        }
        return loss;
    }
}
