using Bloomery.Engine.BeamSearch;
using Bloomery.Engine.Inference;
using Bloomery.Engine.Sampling;
using Bloomery.Engine.Stopping;
using Bloomery.Models.Architectures;

namespace Bloomery.Engine.Generation;

/// <summary>
/// Continues rows of ids, one after the other; no tokenizer is needed. What the model's generation configuration bans or forces holds here as in the reference
/// library's <c>generate</c>; how tokens are drawn, beams and lengths are the caller's.
/// </summary>
internal sealed class RowGeneration(Model model, GenerationOptions options)
{
    /// <summary>The most new tokens of a row.</summary>
    public int MaxNewTokens { get; init; }

    /// <summary>The tokens that end a row.</summary>
    public IReadOnlyList<int> EndIds { get; init; } = [];

    /// <summary>Beams; 1 for none.</summary>
    public int Beams { get; init; } = 1;

    /// <summary>The power of the length by which beam scores are divided.</summary>
    public double LengthPenalty { get; init; } = 1;

    /// <summary>When a beam search ends.</summary>
    public EarlyStopping EarlyStopping { get; init; }

    private bool TwoSided => model.Runtime.Architecture.Kind == ArchitectureKind.EncoderDecoder;

    private int Vocabulary => model.Runtime.Architecture.VocabularySize;

    /// <summary>Continues one row, whose ids are in the vocabulary and fit the context.</summary>
    /// <param name="ids">The row: of an encoder-decoder, the encoder's.</param>
    /// <param name="decoderIds">What the decoder begins with; null: the model's start token.</param>
    /// <param name="cancellation">Stops.</param>
    public GeneratedRow Run(int[] ids, int[]? decoderIds, CancellationToken cancellation)
    {
        if (Beams == 1) return Sample(ids, decoderIds, cancellation);
        BeamHypothesis best = Search(ids, decoderIds, 1, cancellation)[0];
        return new GeneratedRow(best.Ids, best.LogProbs, best.Score, best.FinishReason);
    }

    /// <summary>Continues one row by beam search, and gives the best <paramref name="count"/> texts, best first.</summary>
    /// <param name="ids">As for <see cref="Run"/>.</param>
    /// <param name="decoderIds">As for <see cref="Run"/>.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellation">Stops.</param>
    public IReadOnlyList<BeamHypothesis> Search(int[] ids, int[]? decoderIds, int count, CancellationToken cancellation)
    {
        (int[] prompt, int most) = Fit(ids, decoderIds);
        var search = new BeamOptions { NumBeams = Beams, LengthPenalty = LengthPenalty, EarlyStopping = EarlyStopping, MaxNewTokens = most, EndIds = EndIds,
            ReturnCount = count };
        // Bans, penalties and forced tokens act on beams, too; temperature and truncation have no meaning there.
        LogitChain chain = new(Shaped(prompt, most) with { Temperature = 0 });
        using var beams = new ModelBeams(Vocabulary, () => NewSequence(ids, prompt.Length + most, cancellation));
        return BeamSearcher.Run(beams, prompt, search, chain.Steps.Count == 0 ? null : chain, cancellation, TwoSided ? ids : null);
    }

    /// <summary>What the decoder begins with, and the most tokens that it has room for: the last new token is not fed, so it needs none.</summary>
    private (int[] Prompt, int Most) Fit(int[] ids, int[]? decoderIds)
    {
        int[] prompt = TwoSided ? decoderIds ?? [DecoderStart()] : ids;
        int room = model.ContextLength - options.SoftPrompt.Length / model.Runtime.Architecture.HiddenSize - prompt.Length;
        return (prompt, Math.Min(MaxNewTokens, room + 1));
    }

    /// <summary>What is asked for, with what the model bans and forces.</summary>
    private SamplingOptions Shaped(int[] prompt, int maxNewTokens)
    {
        GenerationDefaults advice = model.Defaults.Constraints;
        // Without an end token there is none to force.
        return advice.Resolve(options with { MaxTokens = maxNewTokens, IgnoreEos = EndIds.Count == 0 }, EndIds, prompt.Length);
    }

    private GeneratedRow Sample(int[] ids, int[]? decoderIds, CancellationToken cancellation)
    {
        (int[] prompt, int maxNewTokens) = Fit(ids, decoderIds);
        using Sequence sequence = NewSequence(ids, prompt.Length + maxNewTokens, cancellation);
        SamplingOptions shaped = Shaped(prompt, maxNewTokens) with { LogProbs = 0 };
        var rules = new StopRules { EndIds = EndIds, MaxTokens = maxNewTokens };
        var tokens = new TokenGenerator(sequence, Vocabulary, shaped, rules, TwoSided ? ids : null);
        var chosen = new List<TokenChoice> { tokens.Start(prompt, cancellation) };
        while (tokens.FinishReason is null) chosen.Add(tokens.Next(cancellation));
        return new GeneratedRow([.. chosen.Select(choice => choice.Id)], [.. chosen.Select(choice => choice.LogProb)], null, tokens.FinishReason.Value);
    }

    private Sequence NewSequence(int[] ids, int capacity, CancellationToken cancellation) =>
        new(model.Runtime, capacity, TwoSided ? ids : null, options.SoftPrompt, cancellation);

    private int DecoderStart() => model.DecoderStartId
        ?? throw new InvalidOperationException($"{model.Path}: its configuration names no decoder_start_token_id; give \"decoder_input_ids\"");
}
