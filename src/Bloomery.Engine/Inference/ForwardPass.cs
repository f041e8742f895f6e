using Bloomery.Models.Architectures;
using Bloomery.Models.Execution;
using Bloomery.Models.KvCache;
using Bloomery.Models.Planning;

namespace Bloomery.Engine.Inference;

/// <summary>
/// Runs whole inputs through a model and keeps everything that it answers: logits of every token, hidden states, pooled vectors. Inputs are packed into
/// batches, and long ones cut into slices.
/// </summary>
internal sealed class ForwardPass(Runtime runtime, ForwardOptions? options = null)
{
    /// <summary>The most logits that a slice makes when they are not kept: 64 MiB.</summary>
    private const int MostLogits = 1 << 24;

    private readonly ForwardOptions _options = options ?? new ForwardOptions();

    /// <summary>Takes the logits of each token of the only input, in order, instead of having them kept with everything else.</summary>
    public Action<int, ReadOnlySpan<float>>? OnLogits { get; init; }

    /// <summary>Runs the inputs.</summary>
    /// <exception cref="ArgumentException">An id is outside the vocabulary, or an input does not fit the model.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<ForwardResult> Run(IReadOnlyList<ForwardRow> rows, CancellationToken cancellation = default)
    {
        if (_options.SoftPrompt.Length % runtime.Architecture.HiddenSize != 0)
            throw new ArgumentException(
                $"a soft prompt of {_options.SoftPrompt.Length} numbers is no whole number of rows of {runtime.Architecture.HiddenSize}");
        for (int i = 0; i < rows.Count; i++) Check(rows[i], i);
        switch (runtime.Architecture.Kind)
        {
            case ArchitectureKind.Encoder:
                return RunRole(PlanRole.Encoder, [.. rows.Select(r => new Feed(r.Ids, r.RealTokens(), r.TokenTypes))], whole: true, cancellation);
            case ArchitectureKind.EncoderDecoder:
                List<Feed> encoder = [];
                try
                {
                    foreach (ForwardRow row in rows)
                        encoder.Add(new Feed(row.Ids, row.RealTokens(), null) { Cross = runtime.NewStore(runtime.Model.Plan(PlanRole.Encoder).CrossShape) });
                    IReadOnlyList<ForwardResult> encoded = RunRole(PlanRole.Encoder, encoder, whole: true, cancellation);
                    IReadOnlyList<Feed> decoder = [.. rows.Select((r, i) =>
                        new Feed(r.DecoderIds!, [.. Enumerable.Range(0, r.DecoderIds!.Length)], null) { Cross = encoder[i].Cross })];
                    IReadOnlyList<ForwardResult> decoded = RunRole(PlanRole.Decoder, decoder, whole: false, cancellation);
                    for (int i = 0; i < rows.Count; i++) decoded[i].Encoder = encoded[i];
                    return decoded;
                }
                finally
                {
                    foreach (Feed feed in encoder) feed.Cross?.Dispose();
                }
            default:
                return RunRole(PlanRole.Decoder, [.. rows.Select(r => new Feed(r.Ids, r.RealTokens(), r.TokenTypes))], whole: runtime.SeesAhead, cancellation);
        }
    }

    /// <summary>
    /// Refuses an input before anything is computed. The encoder of an encoder-decoder may take more than the context; one that does not says so
    /// itself.
    /// </summary>
    private void Check(ForwardRow row, int index)
    {
        bool both = runtime.Architecture.Kind == ArchitectureKind.EncoderDecoder;
        runtime.CheckIds(row.Ids);
        if (both) runtime.CheckIds(row.DecoderIds ?? throw new ArgumentException($"input {index}: an encoder-decoder needs decoder ids for each input"));
        foreach ((string what, int[]? beside) in ((string, int[]?)[])[("a mask", row.Mask), ("token types", row.TokenTypes)])
            if (beside is not null && beside.Length != row.Ids.Length)
                throw new ArgumentException($"input {index}: {what} of {beside.Length} for {row.Ids.Length} tokens");
        if (row.Mask?.FirstOrDefault(seen => seen is not (0 or 1)) is { } odd and not 0)
            throw new ArgumentException($"input {index}: a mask holds {odd}; 1 is a token that is seen, 0 one that is not");
        int soft = _options.SoftPrompt.Length / runtime.Architecture.HiddenSize, tokens = both ? row.DecoderIds!.Length : row.RealCount;
        if (tokens + soft > runtime.ContextLength)
            throw new ArgumentException($"input {index}: {tokens + soft} tokens do not fit the context of {runtime.ContextLength}");
    }

    private ForwardResult[] RunRole(PlanRole role, IReadOnlyList<Feed> feeds, bool whole, CancellationToken cancellation)
    {
        Executor executor = runtime.Executor(role, _options.HiddenStates);
        Plan plan = executor.Plan;
        int soft = role == PlanRole.Decoder || plan.CrossShape.Layers.Count == 0 ? _options.SoftPrompt.Length / runtime.Architecture.HiddenSize : 0;
        int slice = runtime.Options.ChunkTokens;
        if (OnLogits is not null) slice = Math.Clamp(MostLogits / runtime.Architecture.VocabularySize, 1, slice);
        ForwardResult[] results = [.. feeds.Select(f => NewResult(plan, f))];
        Batch batch = new();
        List<(int Feed, int Token)> rowOf = [];
        int next = 0;
        try
        {
            while (next < feeds.Count)
            {
                batch.Clear();
                rowOf.Clear();
                while (next < feeds.Count && batch.Rows < slice)
                {
                    Feed feed = feeds[next];
                    int total = feed.Real.Length + soft, room = slice - batch.Rows;
                    if (whole && total > room && batch.Rows > 0) break;
                    Fill(batch, rowOf, feed, next, soft, whole ? total : Math.Min(total, feed.Done + room), executor);
                    if (feed.Done == total) next++;
                }
                if (batch.Rows == 0) continue; // inputs without a real token
                executor.Run(batch, cancellation);
                Collect(executor, rowOf, results);
            }
        }
        finally
        {
            foreach (Feed feed in feeds) feed.Store?.Dispose();
        }
        return results;
    }

    private void Fill(Batch batch, List<(int, int)> rowOf, Feed feed, int index, int soft, int until, Executor executor)
    {
        int total = feed.Real.Length + soft;
        if (total == 0) return;
        feed.Store ??= runtime.NewStore(executor.Plan.KvShape, total);
        batch.BeginSequence(feed.Store, feed.Cross, total);
        bool encoder = runtime.Architecture.Kind == ArchitectureKind.Encoder;
        for (; feed.Done < until; feed.Done++)
        {
            if (feed.Done < soft)
            {
                batch.AddVector(_options.SoftPrompt.Span.Slice(feed.Done * runtime.Architecture.HiddenSize, runtime.Architecture.HiddenSize), feed.Done,
                    wanted: false);
                rowOf.Add((index, -1));
                continue;
            }
            int token = feed.Real[feed.Done - soft];
            bool wanted = encoder ? feed.Done == 0 : _options.Logits;
            batch.Add(feed.Ids[token], feed.Done, wanted, feed.Types?[token] ?? 0);
            rowOf.Add((index, token));
        }
    }

    private ForwardResult NewResult(Plan plan, Feed feed)
    {
        if (OnLogits is not null) return new ForwardResult();
        ForwardResult result = new()
        {
            LastHiddenState = New("last_hidden_state", plan.Outputs["last_hidden_state"]),
            HiddenStates = [.. plan.HiddenStates.Select(h => New("hidden states", h))],
        };
        if (_options.Logits && plan.Outputs.TryGetValue("logits", out Value logits)) result.Logits = New("logits", logits);
        if (plan.Outputs.TryGetValue("pooler_output", out Value pooled)) result.PoolerOutput = new float[pooled.Columns];
        if (_options.HiddenStates && plan.Outputs.TryGetValue("projected_hidden_state", out Value projected))
            result.ProjectedHiddenState = New("projected_hidden_state", projected);
        return result;

        float[] New(string what, Value value)
        {
            long size = (long)feed.Ids.Length * value.Columns;
            if (size <= Array.MaxLength) return new float[size];
            throw new ArgumentException($"{what} of {feed.Ids.Length} tokens, {value.Columns} numbers each, "
                + $"are more than one result holds ({Array.MaxLength}): give the input in parts");
        }
    }

    private void Collect(Executor executor, List<(int Feed, int Token)> rowOf, ForwardResult[] results)
    {
        Plan plan = executor.Plan;
        if (OnLogits is not null)
        {
            for (int i = 0; i < executor.Batch.WantedCount; i++) OnLogits(rowOf[executor.Batch.Wanted[i]].Token, executor.Row(plan.Outputs["logits"], i));
            return;
        }
        for (int row = 0; row < rowOf.Count; row++)
        {
            (int feed, int token) = rowOf[row];
            if (token < 0) continue;
            Keep(executor, plan.Outputs["last_hidden_state"], row, token, results[feed].LastHiddenState);
            for (int i = 0; i < plan.HiddenStates.Count; i++) Keep(executor, plan.HiddenStates[i], row, token, results[feed].HiddenStates[i]);
            if (plan.Outputs.TryGetValue("projected_hidden_state", out Value projected) && projected.Rows == RowKind.Tokens)
                Keep(executor, projected, row, token, results[feed].ProjectedHiddenState);
        }
        for (int i = 0; i < executor.Batch.WantedCount; i++)
        {
            (int feed, int token) = rowOf[executor.Batch.Wanted[i]];
            if (plan.Outputs.TryGetValue("logits", out Value logits)) Keep(executor, logits, i, token, results[feed].Logits);
            if (plan.Outputs.TryGetValue("pooler_output", out Value pooled)) Keep(executor, pooled, i, 0, results[feed].PoolerOutput);
        }
    }

    private static void Keep(Executor executor, Value value, int row, int token, float[]? target)
    {
        if (target is not null) executor.Row(value, row).CopyTo(target.AsSpan(token * value.Columns));
    }

    /// <summary>One input on its way: which of its tokens are real, and how many have been run.</summary>
    private sealed class Feed(int[] ids, int[] real, int[]? types)
    {
        public int[] Ids { get; } = ids;

        public int[] Real { get; } = real;

        public int[]? Types { get; } = types;

        public KvStore? Store { get; set; }

        public KvStore? Cross { get; init; }

        public int Done { get; set; }
    }
}
