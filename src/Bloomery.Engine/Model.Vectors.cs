using Bloomery.Engine.Generation;
using Bloomery.Engine.Inference;
using Bloomery.Models.Architectures;

namespace Bloomery;

/// <content>Vectors, whole inputs and beams.</content>
public sealed partial class Model
{
    /// <summary>Turns texts into vectors.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="options">How; null: as the model says.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>One vector a text, of length 1 unless the options or the model say otherwise.</returns>
    public float[][] Embed(IReadOnlyList<string> texts, EmbeddingOptions? options = null, CancellationToken cancellation = default) =>
        EmbedWithDetails(texts, options, cancellation).Vectors;

    /// <summary>Turns texts into vectors, on a thread of the model's.</summary>
    /// <inheritdoc cref="Embed"/>
    public async Task<float[][]> EmbedAsync(IReadOnlyList<string> texts, EmbeddingOptions? options = null, CancellationToken cancellation = default) =>
        (await EmbedWithDetailsAsync(texts, options, cancellation).ConfigureAwait(false)).Vectors;

    /// <summary>Turns texts into vectors, and says how.</summary>
    public EmbeddingResult EmbedWithDetails(IReadOnlyList<string> texts, EmbeddingOptions? options = null, CancellationToken cancellation = default)
    {
        CheckTexts(texts, options);
        return _turns.Run(token => _embedder.Value.Run(texts, options, token), cancellation);
    }

    /// <summary>Turns texts into vectors, and says how, on a thread of the model's.</summary>
    public Task<EmbeddingResult> EmbedWithDetailsAsync(IReadOnlyList<string> texts, EmbeddingOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        string[] taken = [.. texts]; // whoever gave them may go on changing the list
        CheckTexts(taken, options);
        return Jobs.Run(() => EmbedWithDetails(taken, options, cancellation), cancellation);
    }

    /// <summary>Runs whole inputs and keeps what the model answers at every token: logits, hidden states, pooled vectors. For research and tests.</summary>
    /// <exception cref="ArgumentException">An id is outside the vocabulary, or an input does not fit the model.</exception>
    public IReadOnlyList<ForwardResult> Forward(IReadOnlyList<ForwardRow> rows, ForwardOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        for (int i = 0; i < rows.Count; i++)
            if (rows[i]?.Ids is null) throw new ArgumentException($"rows[{i}] is null or has no Ids", nameof(rows));
        return _turns.Run(token => new ForwardPass(Runtime, options ?? new ForwardOptions()).Run(rows, token), cancellation);
    }

    /// <summary>
    /// Continues ids by beam search; what the model's generation configuration bans or forces holds. Of an encoder-decoder the ids are the encoder's.
    /// </summary>
    /// <returns>The best <see cref="BeamOptions.ReturnCount"/> texts, best first.</returns>
    /// <exception cref="ArgumentException">An id is outside the vocabulary, there are none, or they do not fit the context.</exception>
    public IReadOnlyList<BeamHypothesis> BeamSearch(int[] promptIds, BeamOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        CheckPrompt(promptIds);
        foreach (int id in options.EndIds ?? [])
            if ((uint)id >= (uint)VocabularySize)
                throw new ArgumentOutOfRangeException(nameof(BeamOptions.EndIds),
                    $"EndIds names token id {id}, which is outside the vocabulary of {VocabularySize}");
        if (promptIds.Length > ContextLength && Runtime.Architecture.Kind != ArchitectureKind.EncoderDecoder)
            throw new ArgumentException($"a prompt of {promptIds.Length} tokens does not fit the context of {ContextLength}");
        RowGeneration rows = new(this, new GenerationOptions { Temperature = 0 })
        {
            MaxNewTokens = options.MaxNewTokens, Beams = options.NumBeams, LengthPenalty = options.LengthPenalty,
            EarlyStopping = options.EarlyStopping, EndIds = options.EndIds ?? ConfiguredEndIds,
        };
        return _turns.Run(token => rows.Search(promptIds, null, options.ReturnCount, token), cancellation);
    }

    private void CheckTexts(IReadOnlyList<string> texts, EmbeddingOptions? options)
    {
        ArgumentNullException.ThrowIfNull(texts);
        _turns.ThrowIfClosed();
        for (int i = 0; i < texts.Count; i++)
            if (texts[i] is null) throw new ArgumentException($"texts[{i}] is null", nameof(texts));
        if (options?.Pooling is { } pooling && !Enum.IsDefined(pooling))
            throw new ArgumentOutOfRangeException(nameof(EmbeddingOptions.Pooling), $"Pooling is no way of pooling: {(int)pooling}");
    }
}
