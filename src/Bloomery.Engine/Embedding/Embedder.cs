using System.Numerics.Tensors;
using Bloomery.Engine.Inference;
using Bloomery.Engine.Sampling;
using Bloomery.Formats.Tokenizers;
using Bloomery.Models.Architectures;

namespace Bloomery.Engine.Embedding;

/// <summary>Turns texts into vectors: by the pooling that the model states, else by the mean of its last states.</summary>
internal sealed class Embedder(Runtime runtime, Tokenizer tokenizer)
{
    private const int GroupTokens = 8192;

    // Read when the options leave something open: what they say needs no files.
    private readonly Lazy<SentenceModules> _modules = new(() => SentenceModules.Read(runtime.Model.Path));

    /// <summary>The model's own pooling: GGUF's key, what its modules say, or the mean.</summary>
    private Pooling DefaultPooling =>
        runtime.Architecture.Config.IntOr(0, "gguf.pooling_type") is >= 1 and <= 3 and int stated ? (Pooling)(stated - 1) : Modules?.Pooling ?? Pooling.Mean;

    private readonly Lazy<SentenceInputs> _inputs = new(() =>
        Directory.Exists(runtime.Model.Path) ? SentenceInputs.Read(runtime.Model.Path) : SentenceInputs.None);

    private SentenceModules? Modules => runtime.Architecture.Config.IsGguf ? null : _modules.Value;

    /// <summary>Embeds the texts.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public EmbeddingResult Run(IReadOnlyList<string> texts, EmbeddingOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new EmbeddingOptions();
        Pooling pooling = options.Pooling ?? DefaultPooling;
        bool normalize = options.Normalize ?? Modules?.Normalize ?? true;
        SentenceInputs inputs = _inputs.Value;
        int most = Math.Min(runtime.ContextLength, inputs.MaxLength ?? int.MaxValue);
        List<int> truncated = [];
        List<ForwardRow> rows = [];
        for (int i = 0; i < texts.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            int[] ids = tokenizer.EncodeToIds(inputs.Prepare(texts[i]), new EncodeOptions { AddSpecial = true, Cancellation = cancellation });
            if (ids.Length > most)
            {
                truncated.Add(i);
                ids = Cut(ids, most);
            }
            rows.Add(new ForwardRow(ids));
        }
        int hidden = runtime.Architecture.HiddenSize;
        var vectors = new float[rows.Count][];
        ForwardPass pass = new(runtime, new ForwardOptions { Logits = false });
        // In groups: the states of all tokens are there at once, and texts may be a library.
        for (int first = 0, last; first < rows.Count; first = last)
        {
            last = first;
            for (int tokens = 0; last < rows.Count && (last == first || tokens + rows[last].Ids.Length <= GroupTokens); last++) tokens += rows[last].Ids.Length;
            IReadOnlyList<ForwardResult> results = pass.Run(rows[first..last], cancellation);
            for (int i = first; i < last; i++) vectors[i] = Pool(results[i - first].LastHiddenState!, rows[i].Ids.Length, hidden, pooling);
        }
        for (int i = 0; i < vectors.Length; i++)
            if (!Array.TrueForAll(vectors[i], float.IsFinite))
                throw new InvalidOperationException($"text {i}: the model computed numbers that are not finite: {LogitFailure.Causes}");
        if (normalize)
            foreach (float[] vector in vectors) Normalize(vector);
        return new EmbeddingResult(vectors, pooling, normalize, [.. truncated], [.. rows.Select(r => r.Ids.Length)]);
    }

    private int[] Cut(int[] ids, int length) =>
        tokenizer.IsSpecial(ids[^1]) ? [.. ids.AsSpan(0, length - 1), ids[^1]] : ids[..length];

    private static float[] Pool(ReadOnlySpan<float> states, int tokens, int hidden, Pooling pooling)
    {
        float[] vector = new float[hidden];
        if (tokens == 0) return vector;
        if (pooling != Pooling.Mean)
        {
            states.Slice(pooling == Pooling.Cls ? 0 : (tokens - 1) * hidden, hidden).CopyTo(vector);
            return vector;
        }
        for (int t = 0; t < tokens; t++) TensorPrimitives.Add(vector, states.Slice(t * hidden, hidden), vector);
        TensorPrimitives.Divide(vector, tokens, vector);
        return vector;
    }

    private static void Normalize(float[] vector)
    {
        float norm = TensorPrimitives.Norm(vector.AsSpan());
        if (norm > 0) TensorPrimitives.Divide(vector, norm, vector);
    }
}
