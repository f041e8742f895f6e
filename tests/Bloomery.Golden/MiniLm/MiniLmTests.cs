using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using System.Text.Json;
using Bloomery.Engine;
using Bloomery.Engine.Embedding;
using Bloomery.TestSupport;

namespace Bloomery.Golden.MiniLm;

/// <summary>The embedded embedding model against the reference: ids, vectors, ranks.</summary>
public sealed class MiniLmTests
{
    private static readonly JsonElement Cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(TestPaths.Golden, "minilm", "cases.json"))).RootElement;
    private static readonly string[] Texts = [.. Cases.GetProperty("texts").EnumerateArray().Select(t => t.GetString()!)];

    [SkippableTheory]
    [InlineData(true, 1e-4f)]
    [InlineData(false, 1e-3f)]
    public void Vectors_and_ranks(bool exact, float tolerance)
    {
        Skip.If(!exact && !Vector128.IsHardwareAccelerated,
            "without vectors the texts take minutes, and the default mode is the exact one with half-precision caches");
        using Model model = Model.Load(Path.Combine(TestPaths.Repository, "models", EmbeddedModels.FileName(ModelKind.Embedding)),
            new ModelOptions { Exact = exact });
        EmbeddingResult result = model.EmbedWithDetails(Texts);
        float[] expected = GoldenTensors.Load(Path.Combine("minilm", "embeddings.safetensors")).Floats("embeddings.q8_0");
        Assert.Equal(Pooling.Mean, result.Pooling);
        for (int i = 0; i < Texts.Length; i++)
            for (int c = 0; c < 384; c++)
                Assert.True(MathF.Abs(result.Vectors[i][c] - expected[i * 384 + c]) <= tolerance,
                    $"text {i}, element {c}: {result.Vectors[i][c]}, not {expected[i * 384 + c]}");

        foreach (JsonElement rank in Cases.GetProperty("rank").EnumerateArray())
        {
            float[] query = result.Vectors[rank.GetProperty("query").GetInt32()];
            int[] documents = [.. rank.GetProperty("documents").EnumerateArray().Select(d => d.GetInt32())];
            int[] order = [.. documents.OrderByDescending(d => TensorPrimitives.Dot(query.AsSpan(), result.Vectors[d]))];
            Assert.Equal(rank.GetProperty("order_and_cosine").EnumerateArray().Select(o => o[0].GetInt32()), order);
        }
    }

    [SkippableFact]
    public void Longer_texts_are_cut_to_the_context_and_reported()
    {
        Skip.If(!Vector128.IsHardwareAccelerated, "512 tokens take a minute without vectors; cutting does not depend on them");
        using Model model = Model.Load(Path.Combine(TestPaths.Repository, "models", EmbeddedModels.FileName(ModelKind.Embedding)));
        EmbeddingResult result = model.EmbedWithDetails(["short", string.Join(' ', Enumerable.Repeat("word", 600))]);
        Assert.Equal([1], result.Truncated);
        Assert.Equal(512, result.TokenCounts[1]);
    }
}
