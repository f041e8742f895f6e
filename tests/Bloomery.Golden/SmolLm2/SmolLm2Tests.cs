using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using System.Text.Json;
using Bloomery.Engine;
using Bloomery.Engine.Generation;
using Bloomery.Engine.Inference;
using Bloomery.Engine.Sampling;
using Bloomery.Engine.Stopping;

namespace Bloomery.Golden.SmolLm2;

/// <summary>The embedded text model: exact against the reference, and its default within the budget that quantised activations may spend.</summary>
public sealed class SmolLm2Tests
{
    private const float LogitTolerance = 2e-3f, SafeMargin = 0.005f;

    // Without vectors a token takes a second: a prefix of each text will do there, the other runs take the whole.
    private static readonly bool Slow = !Vector128.IsHardwareAccelerated;

    public static TheoryData<bool, string> Modes() => new() { { true, "portable" }, { false, "portable" } };

    [SkippableFact]
    public void Logits_and_hidden_states_of_every_position()
    {
        SmolLm2Golden.Need();
        using Runtime runtime = Load(exact: true);
        int[] ids = SmolLm2Golden.Ints(Prompt(0).GetProperty("ids"));
        ForwardResult result = new ForwardPass(runtime, new ForwardOptions { HiddenStates = true }).Run([new ForwardRow(ids)])[0];
        AssertClose(SmolLm2Golden.Tensors.Floats("p0.all_logits"), result.Logits!, LogitTolerance, "p0 logits");
        AssertClose(SmolLm2Golden.Tensors.Floats("p0.hidden"), [.. result.HiddenStates.SelectMany(h => h)], LogitTolerance, "p0 hidden");
    }

    [SkippableFact]
    public void Reference_kernels_agree_on_a_short_prompt()
    {
        SmolLm2Golden.Need();
        using Runtime runtime = Runtime.Load(SmolLm2Golden.ModelPath, new ModelOptions { Kernels = "reference" });
        int[] ids = SmolLm2Golden.Ints(Prompt(0).GetProperty("ids"));
        using Sequence sequence = new(runtime);
        AssertClose(SmolLm2Golden.Tensors.Floats("p0.last_logits"), sequence.Append(ids), LogitTolerance, "p0 last logits");
    }

    [SkippableTheory, MemberData(nameof(Modes))]
    public void Greedy_text(bool exact, string tier)
    {
        SmolLm2Golden.Need();
        using Runtime runtime = Load(exact, tier);
        foreach (JsonElement prompt in SmolLm2Golden.Json.GetProperty("prompts").EnumerateArray().Take(Slow ? 1 : int.MaxValue))
        {
            int[] expected = SmolLm2Golden.Ints(prompt.GetProperty("greedy_ids"))[..(Slow ? 6 : ^0)];
            float[] margins = SmolLm2Golden.Floats(prompt.GetProperty("margins"));
            using Sequence sequence = new(runtime);
            TokenGenerator generator = new(sequence, runtime.Architecture.VocabularySize, new SamplingOptions { Temperature = 0 },
                new StopRules { MaxTokens = expected.Length });
            List<int> ids = [generator.Start(SmolLm2Golden.Ints(prompt.GetProperty("ids"))).Id];
            while (generator.FinishReason is null) ids.Add(generator.Next().Id);
            // Up to the first step whose two best logits lie too close to tell.
            float needed = exact ? SafeMargin : 0.5f;
            int safe = Array.FindIndex(margins, m => m < needed) is var at and >= 0 ? at : expected.Length;
            Assert.Equal(expected[..safe], ids[..safe]);
        }
    }

    [SkippableFact]
    public void Incremental_decoding_equals_full_prefill_and_slices_agree()
    {
        SmolLm2Golden.Need();
        int[] ids = SmolLm2Golden.Ints(SmolLm2Golden.Json.GetProperty("perplexity").GetProperty("ids"))[..(Slow ? 17 : 64)];
        float[] whole = Last(512, step: ids.Length);
        foreach (int chunk in Slow ? (int[])[3] : [1, 3, 16]) AssertClose(whole, Last(chunk, step: ids.Length), 1e-3f, $"slices of {chunk}");
        AssertClose(whole, Last(512, step: 1), 1e-3f, "token by token");

        float[] Last(int chunk, int step)
        {
            using Runtime runtime = Runtime.Load(SmolLm2Golden.ModelPath, new ModelOptions { Exact = true, ChunkTokens = chunk });
            using Sequence sequence = new(runtime);
            float[] logits = [];
            for (int i = 0; i < ids.Length; i += step) logits = sequence.Append(ids.AsSpan(i, Math.Min(step, ids.Length - i))).ToArray();
            return logits;
        }
    }

    [Fact]
    public void Threads_slices_and_neighbours_do_not_change_a_bit()
    {
        int[] ids = [504, 3575, 282, 4649, 314]; // The capital of France is
        float[] expected = Last(threads: 1, chunk: 1, [ids]);
        Assert.Equal(expected, Last(threads: 2, chunk: 512, [ids]));
        Assert.Equal(expected, Last(threads: 2, chunk: 3, [ids]));
        Assert.Equal(expected, Last(threads: 2, chunk: 512, [ids, [.. ids.Reverse()], ids[..2]]));

        static float[] Last(int threads, int chunk, int[][] rows)
        {
            using Runtime runtime = Runtime.Load(SmolLm2Golden.ModelPath, new ModelOptions { Threads = threads, ChunkTokens = chunk, Kernels = "portable" });
            ForwardResult first = new ForwardPass(runtime).Run([.. rows.Select(r => new ForwardRow(r))])[0];
            return first.Logits![^runtime.Architecture.VocabularySize..];
        }
    }

    [SkippableTheory, MemberData(nameof(Modes))]
    public void Perplexity_and_losses(bool exact, string tier)
    {
        SmolLm2Golden.Need();
        using Runtime runtime = Load(exact, tier);
        JsonElement expected = SmolLm2Golden.Json.GetProperty("perplexity");
        int[] ids = SmolLm2Golden.Ints(expected.GetProperty("ids"))[..(Slow ? 25 : ^0)];
        float[] reference = SmolLm2Golden.Tensors.Floats("ppl.nll")[..(ids.Length - 1)];
        float[] nll = Losses(runtime, ids);
        Assert.Equal(reference.Length, nll.Length);
        double ppl = Math.Exp(nll.Average(v => (double)v)), wanted = Slow
            ? Math.Exp(reference.Average(v => (double)v)) : expected.GetProperty("ppl").GetDouble();
        Assert.InRange(ppl / wanted, exact ? 1 - 1e-4 : 0.99, exact ? 1 + 1e-4 : 1.01);
        if (exact) AssertClose(reference, nll, LogitTolerance, "nll");
    }

    [SkippableFact]
    public void Continuations_score_as_the_reference()
    {
        SmolLm2Golden.Need();
        using Runtime runtime = Load(exact: true);
        foreach (JsonElement continuation in SmolLm2Golden.Json.GetProperty("continuations").EnumerateArray().Take(Slow ? 1 : int.MaxValue))
        {
            int[] context = SmolLm2Golden.Ints(continuation.GetProperty("context_ids"));
            foreach (JsonElement alternative in continuation.GetProperty("alternatives").EnumerateArray())
            {
                int[] ids = SmolLm2Golden.Ints(alternative.GetProperty("ids"));
                float[] nll = Losses(runtime, [.. context, .. ids]);
                Assert.Equal(alternative.GetProperty("logprob").GetDouble(), -nll[^ids.Length..].Sum(v => (double)v), 2e-3);
            }
        }
    }

    [Fact]
    public void A_decode_step_allocates_no_managed_bytes()
    {
        using Runtime runtime = Runtime.Load(SmolLm2Golden.ModelPath, new ModelOptions { Threads = 1 }); // one thread: all work is this one's
        using Sequence sequence = new(runtime, 256);
        TokenGenerator generator = new(sequence, runtime.Architecture.VocabularySize,
            new SamplingOptions { Temperature = 0.8f, TopP = 0.9f, TopK = 40, Seed = 1 }, new StopRules());
        generator.Start([504, 3575, 282, 4649, 314]); // The capital of France is
        for (int i = 0; i < (Slow ? 1 : 3); i++) generator.Next();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < (Slow ? 2 : 8); i++) generator.Next();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static float[] Losses(Runtime runtime, int[] ids)
    {
        ForwardResult result = new ForwardPass(runtime).Run([new ForwardRow(ids)])[0];
        int vocabulary = runtime.Architecture.VocabularySize;
        float[] nll = new float[ids.Length - 1];
        for (int i = 0; i < nll.Length; i++)
        {
            ReadOnlySpan<float> logits = result.Logits.AsSpan(i * vocabulary, vocabulary);
            nll[i] = (float)(LogitMath.LogSumExp(logits) - logits[ids[i + 1]]);
        }
        return nll;
    }

    private static Runtime Load(bool exact, string tier = "portable") =>
        Runtime.Load(SmolLm2Golden.ModelPath, new ModelOptions { Exact = exact, Kernels = tier });

    private static JsonElement Prompt(int index) => SmolLm2Golden.Json.GetProperty("prompts")[index];

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        float worst = TensorPrimitives.Distance(expected, actual) == 0 ? 0 : Worst(expected, actual);
        Assert.True(worst <= tolerance, $"{what}: off by {worst}, {tolerance} is allowed");
    }

    private static float Worst(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float worst = 0;
        // Some channels of the hidden states reach tens of thousands: there a float's own spacing is the limit.
        for (int i = 0; i < a.Length; i++) worst = MathF.Max(worst, MathF.Abs(a[i] - b[i]) / MathF.Max(1, MathF.Abs(a[i]) * 1e-3f));
        return worst;
    }
}
