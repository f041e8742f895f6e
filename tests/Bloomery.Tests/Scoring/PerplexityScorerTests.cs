using Bloomery.Engine.Inference;
using Bloomery.Engine.Scoring;
using Bloomery.Models.Planning;
using Bloomery.Tests.Engine;

namespace Bloomery.Tests.Scoring;

/// <summary>Scoring in slices gives the sums of the whole, in bounded memory.</summary>
public sealed class PerplexityScorerTests
{
    [SkippableTheory]
    [InlineData("llama", 40, 40, 0)]
    [InlineData("llama", 16, 7, 0)]
    [InlineData("bloom", 24, 24, 12)]
    [InlineData("mixtral", 40, 40, 39)]
    [InlineData("gemma3", 32, 5, 3)]
    public void Slices_of_any_size_give_the_sum_of_the_whole(string name, int context, int stride, int scoreFrom)
    {
        SmallModels.NeedGolden(name);
        using Runtime runtime = Runtime.Load(SmallModels.Golden(name), new ModelOptions { Threads = 1, Exact = true });
        int[] ids = [.. Enumerable.Range(0, 61).Select(i => 3 + i * 7 % 50)];
        context = Math.Min(context, runtime.ContextLength);
        (double expected, int tokens) = Naive(runtime, ids, context, stride, scoreFrom);
        Assert.True(tokens > 0);
        foreach (int rows in new[] { 1, 3, 1000 })
        {
            int most = 0;
            runtime.Executor(PlanRole.Decoder).Observer = _ => most = Math.Max(most, runtime.Executor(PlanRole.Decoder).Batch.WantedCount);
            PerplexityScore score = new PerplexityScorer(runtime) { MostLogits = rows * runtime.Architecture.VocabularySize }
                .Run(ids, context, stride, scoreFrom);
            Assert.Equal(tokens, score.Tokens);
            Assert.Equal(expected, score.Loss, 1e-6 * expected);
            Assert.InRange(most, 1, rows);
        }
    }

    [SkippableFact]
    public void What_does_not_fit_is_refused()
    {
        SmallModels.NeedGolden("llama");
        using Runtime runtime = Runtime.Load(SmallModels.Golden("llama"), new ModelOptions { Threads = 1 });
        PerplexityScorer scorer = new(runtime);
        Assert.Throws<ArgumentException>(() => scorer.Run([1, 2, runtime.Architecture.VocabularySize], 3, 3));
        Assert.Throws<ArgumentException>(() => scorer.Run([1, 2, 3], runtime.ContextLength + 1, 3));
        Assert.Equal(0, scorer.Run([1], 1, 1).Tokens);
    }

    /// <summary>The definition: every window whole, every logit kept, in double precision.</summary>
    private static (double Loss, int Tokens) Naive(Runtime runtime, int[] ids, int context, int stride, int scoreFrom)
    {
        double loss = 0;
        int tokens = 0, vocabulary = runtime.Architecture.VocabularySize;
        foreach (PerplexityWindow window in PerplexityWindows.Divide(ids.Length, context, stride, scoreFrom))
        {
            float[] logits = new ForwardPass(runtime).Run([new ForwardRow(ids[window.Begin..window.End])])[0].Logits!;
            for (int i = window.FirstScored; i < window.End; i++, tokens++)
            {
                float[] row = logits[((i - 1 - window.Begin) * vocabulary)..((i - window.Begin) * vocabulary)];
                double max = row.Max();
                loss += max + Math.Log(row.Sum(v => Math.Exp(v - max))) - row[ids[i]];
            }
        }
        return (loss, tokens);
    }
}
