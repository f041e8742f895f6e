using System.Numerics.Tensors;
using Bloomery.Engine.Inference;
using Bloomery.Formats.Tokenizers;
using Bloomery.Models.Architectures;

namespace Bloomery.Engine.Embedding;

/// <summary>Turns texts into vectors: encoders by their own pooling, decoders by the mean of their last state.</summary>
internal sealed class Embedder(Runtime runtime, Tokenizer tokenizer)
{
    /// <summary>The model's own pooling.</summary>
    public Pooling DefaultPooling { get; } = FindPooling(runtime);

    /// <summary>Embeds the texts.</summary>
    public EmbeddingResult Run(IReadOnlyList<string> texts, EmbeddingOptions? options = null)
    {
        options ??= new EmbeddingOptions();
        Pooling pooling = options.Pooling ?? DefaultPooling;
        List<int> truncated = [];
        List<ForwardRow> rows = [];
        for (int i = 0; i < texts.Count; i++)
        {
            int[] ids = tokenizer.EncodeToIds(texts[i], new EncodeOptions { AddSpecial = true });
            if (ids.Length > runtime.ContextLength)
            {
                truncated.Add(i);
                ids = Cut(ids, runtime.ContextLength);
            }
            rows.Add(new ForwardRow(ids));
        }
        int hidden = runtime.Architecture.Hidden;
        IReadOnlyList<ForwardResult> results = new ForwardPass(runtime, new ForwardOptions { Logits = false }).Run(rows);
        float[][] vectors = [.. results.Select((r, i) => Pool(r.LastHiddenState!, rows[i].Ids.Length, hidden, pooling))];
        if (options.Normalize)
            foreach (float[] vector in vectors) Normalize(vector);
        return new EmbeddingResult(vectors, pooling, options.Normalize, [.. truncated], [.. rows.Select(r => r.Ids.Length)]);
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

    private static Pooling FindPooling(Runtime runtime)
    {
        int stated = runtime.Architecture.Config.IntOr(0, "gguf.pooling_type");
        if (stated is >= 1 and <= 3) return (Pooling)(stated - 1);
        string modules = Path.Combine(runtime.Model.Path, "1_Pooling", "config.json"); // sentence-transformers
        if (runtime.Architecture is EncoderArchitecture && File.Exists(modules))
        {
            Models.Config.ModelConfig config = Models.Config.ModelConfig.Load(modules);
            if (config.BoolOr(false, "pooling_mode_cls_token")) return Pooling.Cls;
            if (config.BoolOr(false, "pooling_mode_lasttoken")) return Pooling.Last;
        }
        return Pooling.Mean;
    }
}
