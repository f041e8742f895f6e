using System.Runtime.CompilerServices;
using Bloomery.Engine;
using Bloomery.Engine.BeamSearch;
using Bloomery.Engine.Generation;
using Bloomery.Engine.Inference;
using Bloomery.Engine.Sampling;
using Bloomery.Engine.Stopping;
using Bloomery.Models.Planning;
using Bloomery.Numerics.Memory;

namespace Bloomery.Tests.Engine;

/// <summary>Nothing is left when a model goes, and nothing is allocated while it decodes. Alone, because the count of native bytes is the process's.</summary>
[Collection(nameof(NativeMemoryTests))]
public sealed class NativeMemoryTests
{
    private static readonly string[] Families = ["llama", "bloom", "mixtral", "t5", "gemma3", "deepseek_v2", "falcon-alibi", "qwen3_moe"];

    public static TheoryData<string> Names { get; } = [.. Families];

    [SkippableTheory, MemberData(nameof(Names))]
    public void No_native_byte_is_left(string name)
    {
        SmallModels.NeedGolden(name);
        Settle();
        long before = NativeBuffer.LiveBytes;
        using (Model model = Model.Load(SmallModels.Golden(name), new ModelOptions { Threads = 2 }))
        {
            Assert.True(NativeBuffer.LiveBytes > before, "the weights lie in native memory");
            (int[] prompt, _) = SmallModels.Greedy(name);
            GenerationOptions few = new() { Temperature = 0, IgnoreEos = true, MaxTokens = 3 };
            model.Generate(prompt, few);
            model.BeamSearch(prompt, new BeamOptions { NumBeams = 3, MaxNewTokens = 4, EndIds = [] });
            model.Forward([new ForwardRow(prompt) { DecoderIds = [0, 1] }], new ForwardOptions { HiddenStates = true });
            // What does not come to its end leaves nothing, either.
            using CancellationTokenSource cancel = new();
            model.Runtime.Executor(PlanRole.Decoder).Observer = _ => cancel.Cancel();
            Assert.Throws<OperationCanceledException>(() => model.Generate(prompt, few, cancel.Token));
            Assert.Throws<OperationCanceledException>(() => model.BeamSearch(prompt, new BeamOptions { NumBeams = 2, MaxNewTokens = 4 }, cancel.Token));
        }
        Assert.Equal(before, NativeBuffer.LiveBytes);
    }

    [Fact]
    public void Encoders_leave_none()
    {
        Settle();
        long before = NativeBuffer.LiveBytes;
        using (Model model = Model.Load(SmallModels.Embedded(ModelKind.Embedding)))
            model.Embed(["a text", "another one"]);
        Assert.Equal(before, NativeBuffer.LiveBytes);
    }

    /// <summary>From the last token to the next one: embedding, layers, caches, logits, sampling.</summary>
    [SkippableTheory, MemberData(nameof(Names))]
    public void A_decode_step_allocates_nothing(string name)
    {
        SmallModels.NeedGolden(name);
        using Runtime runtime = Runtime.Load(SmallModels.Golden(name), new ModelOptions { Threads = 1 }); // all of it on this thread
        (int[] prompt, _) = SmallModels.Greedy(name);
        using Sequence sequence = new(runtime, 64, name == "t5" ? prompt : null);
        SamplingOptions sampling = new() { Temperature = 0.8f, TopK = 20, TopP = 0.9f, RepetitionPenalty = 1.1f, Seed = 5 };
        TokenGenerator tokens = new(sequence, runtime.Architecture.VocabularySize, sampling, new StopRules());
        tokens.Start(name == "t5" ? [0] : prompt);
        for (int i = 0; i < 8; i++) tokens.Next();
        long before = GC.GetAllocatedBytesForCurrentThread(), live = NativeBuffer.LiveBytes;
        for (int i = 0; i < 16; i++) tokens.Next();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(live, NativeBuffer.LiveBytes);
    }

    /// <summary>Threads that root their model would keep both for ever.</summary>
    [SkippableFact]
    public void A_model_that_is_dropped_ends_its_threads_and_frees_its_memory()
    {
        SmallModels.NeedGolden("llama");
        Settle();
        long before = NativeBuffer.LiveBytes;
        (WeakReference model, IReadOnlyList<Thread> threads) = Drop();
        Assert.Equal(3, threads.Count);
        for (int i = 0; i < 20 && (model.IsAlive || NativeBuffer.LiveBytes > before); i++) Settle();
        Assert.False(model.IsAlive);
        Assert.All(threads, thread => Assert.True(thread.Join(TimeSpan.FromSeconds(30)), $"{thread.Name} goes on"));
        Assert.Equal(before, NativeBuffer.LiveBytes);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static (WeakReference Model, IReadOnlyList<Thread> Threads) Drop()
        {
            Model model = Model.Load(SmallModels.Golden("llama"), new ModelOptions { Threads = 4 });
            model.Generate(SmallModels.Greedy("llama").Prompt, new GenerationOptions { Temperature = 0, MaxTokens = 4 });
            return (new WeakReference(model), model.Runtime.Team.Started);
        }
    }

    private static void Settle()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}

/// <summary>No other test runs beside these.</summary>
[CollectionDefinition(nameof(NativeMemoryTests), DisableParallelization = true)]
public sealed class NativeMemoryCollection;
