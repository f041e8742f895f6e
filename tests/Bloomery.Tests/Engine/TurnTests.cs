namespace Bloomery.Tests.Engine;

/// <summary>Calls side by side, and the end of a model while it is at work.</summary>
public sealed class TurnTests
{
    private static readonly GenerationOptions Greedy = new() { Temperature = 0, IgnoreEos = true, MaxTokens = 60 };
    private static readonly GenerationOptions Endless = Greedy with { MaxTokens = null };
    private static readonly int[] Prompt = [1, 5, 6];
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [SkippableFact]
    public async Task Texts_that_are_driven_step_by_step_go_on_beside_everything_else()
    {
        using Model model = Load();
        int[][] prompts = [[1, 5], [1, 9, 9], [1, 30, 31, 32], [1, 77]];
        int[][] alone = [.. prompts.Select(prompt => model.Generate(prompt, Greedy).Ids)];
        float[] logits = model.Forward([new ForwardRow(Prompt)])[0].Logits!;

        Task<int[]>[] driven = [.. prompts.Select(prompt => Task.Run(() => Drive(model.Begin(prompt, Greedy))))];
        Task<GenerationResult>[] whole = [.. prompts.Select(prompt => model.CompleteAsync(prompt, Greedy))];
        Task<float[]>[] forward = [.. prompts.Select(_ => Task.Run(() => model.Forward([new ForwardRow(Prompt)])[0].Logits!))];
        Assert.Equal(alone, await Task.WhenAll(driven).WaitAsync(Limit));
        Assert.Equal(alone, (await Task.WhenAll(whole).WaitAsync(Limit)).Select(result => result.Ids));
        foreach (float[] row in await Task.WhenAll(forward).WaitAsync(Limit)) Assert.Equal(logits, row);
    }

    [SkippableFact]
    public void Texts_on_one_thread_take_turns_step_by_step()
    {
        using Model model = Load();
        int[] first = model.Generate([1, 5], Greedy).Ids, second = model.Generate([1, 9, 9], Greedy).Ids;
        using TextGeneration a = model.Begin([1, 5], Greedy), b = model.Begin([1, 9, 9], Greedy), abandoned = model.Begin(Prompt, Greedy);
        Assert.True(abandoned.MoveNext(out _));
        bool more = true;
        while (more) more = a.MoveNext(out _) | b.MoveNext(out _);
        Assert.Equal(first, a.Result.Ids);
        Assert.Equal(second, b.Result.Ids);
        Assert.Equal(first, model.Generate([1, 5], Greedy).Ids); // nobody waits for the one that was left alone
    }

    [SkippableFact]
    public async Task Two_threads_may_drive_one_text()
    {
        using Model model = Load();
        int[] expected = model.Generate(Prompt, Greedy).Ids;
        using TextGeneration text = model.Begin(Prompt, Greedy);
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => Steps(text)))).WaitAsync(Limit);
        Assert.Equal(expected, text.Result.Ids);
    }

    [SkippableFact]
    public async Task Disposal_inside_the_models_own_enumeration_ends_the_text()
    {
        Model model = Load(contextLength: 200_000);
        int pieces = 0;
        ObjectDisposedException e = await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
        {
            await foreach (string piece in model.GenerateAsync(Prompt, Endless))
                if (++pieces == 2) model.Dispose();
        }).WaitAsync(Limit);
        Assert.Equal("Bloomery.Model", e.ObjectName);
        Assert.True(pieces >= 2);
    }

    [SkippableTheory, InlineData(false), InlineData(true)]
    public async Task Disposal_cancels_what_runs_and_turns_away_who_waits(bool asynchronous)
    {
        Model model = Load(contextLength: 200_000);
        Task<GenerationResult> running = Task.Run(() => model.Generate(Prompt, Endless)), awaited = model.CompleteAsync(Prompt, Endless);
        Task<GenerationResult> queued = model.CompleteAsync([1, 9], Endless);
        Task<int[]> driven = Task.Run(() => Drive(model.Begin(Prompt, Endless)));
        Task<IReadOnlyList<ForwardResult>> forward = Task.Run(() => model.Forward([new ForwardRow(Prompt)]));
        await Task.Delay(100);
        if (asynchronous) await model.DisposeAsync().AsTask().WaitAsync(Limit);
        else await Task.Run(model.Dispose).WaitAsync(Limit);
        foreach (Task task in (Task[])[running, awaited, queued, driven])
            Assert.Equal("Bloomery.Model", (await Assert.ThrowsAsync<ObjectDisposedException>(() => task.WaitAsync(Limit))).ObjectName);
        await Task.WhenAny(forward).WaitAsync(Limit); // it may have had its turn before
        model.Dispose();
        await model.DisposeAsync();
    }

    [SkippableFact]
    public async Task After_disposal_everything_says_so()
    {
        Model model = Load();
        using TextGeneration begun = model.Begin(Prompt, Greedy), stepped = model.Begin(Prompt, Greedy);
        Assert.True(stepped.MoveNext(out _));
        model.Dispose();
        model.Dispose();
        ChatMessage[] messages = [new("user", "hi")];
        Action[] calls =
        [
            () => model.Generate("hi"), () => model.Generate(messages), () => model.Generate(Prompt), () => model.Begin(Prompt),
            () => model.EncodePrompt("hi"), () => model.EncodeChat(messages), () => model.Embed(["a"]), () => model.EmbedWithDetails([]),
            () => model.Forward([]), () => model.BeamSearch(Prompt, new()), () => begun.MoveNext(out _), () => stepped.MoveNext(out _),
        ];
        foreach (Action call in calls) Assert.Equal("Bloomery.Model", Assert.Throws<ObjectDisposedException>(call).ObjectName);
        Func<Task>[] tasks =
        [
            () => model.CompleteAsync("hi"), () => model.CompleteAsync(messages), () => model.CompleteAsync(Prompt),
            () => model.EmbedAsync(["a"]), () => model.EmbedWithDetailsAsync(["a"]),
            async () => await model.StreamAsync("hi").GetAsyncEnumerator().MoveNextAsync(),
            async () => await model.GenerateAsync(Prompt).GetAsyncEnumerator().MoveNextAsync(),
        ];
        foreach (Func<Task> task in tasks) Assert.Equal("Bloomery.Model", (await Assert.ThrowsAsync<ObjectDisposedException>(task)).ObjectName);
    }

    [SkippableFact]
    public async Task A_text_that_is_disposed_or_given_up_ends_alone()
    {
        using Model model = Load(contextLength: 200_000);
        TextGeneration text = model.Begin(Prompt, Endless);
        Assert.True(text.MoveNext(out _));
        Task<int[]> driven = Task.Run(() => Drive(text));
        await Task.Delay(50);
        text.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => driven.WaitAsync(Limit));
        Assert.Equal(typeof(TextGeneration).FullName, Assert.Throws<ObjectDisposedException>(() => text.MoveNext(out _)).ObjectName);
        text.Dispose();

        using TextGeneration given = model.Begin(Prompt, Endless);
        Assert.True(given.MoveNext(out _));
        given.Cancel();
        Assert.False(given.MoveNext(out _));
        Assert.Equal(FinishReason.Cancelled, given.Result.FinishReason);
        Assert.Single(given.Result.Ids);
    }

    [SkippableFact]
    public void A_step_that_is_cancelled_can_be_taken_again()
    {
        using Model model = Load();
        int[] expected = model.Generate(Prompt, Greedy).Ids;
        using TextGeneration text = model.Begin(Prompt, Greedy);
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();
        for (int i = 0; i < expected.Length; i++)
        {
            OperationCanceledException e = Assert.ThrowsAny<OperationCanceledException>(() => text.MoveNext(out _, cancelled.Token));
            Assert.Equal(cancelled.Token, e.CancellationToken);
            Assert.True(text.MoveNext(out _));
        }
        Assert.Equal(expected, text.Result.Ids);
    }

    [SkippableFact]
    public async Task Whoever_waits_for_a_turn_can_give_up_and_the_others_keep_their_order()
    {
        using Model model = Load(contextLength: 200_000);
        using CancellationTokenSource stopFirst = new(), stopSecond = new();
        Task<GenerationResult> first = Task.Run(() => model.Generate(Prompt, Endless, stopFirst.Token));
        await Task.Delay(100);
        Task<GenerationResult> second = Task.Run(() => model.Generate(Prompt, Endless, stopSecond.Token));
        Task<GenerationResult> queued = model.CompleteAsync(Prompt, Endless, stopSecond.Token);
        await Task.Delay(100);
        await stopSecond.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(Limit));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued.WaitAsync(Limit));
        Assert.False(first.IsCompleted);
        await stopFirst.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(Limit));
        Assert.Equal(60, model.Generate(Prompt, Greedy).Ids.Length);
    }

    [SkippableFact]
    public void A_model_that_is_dropped_takes_its_threads_along()
    {
        SmallModels.NeedGolden("llama");
        WeakReference dropped = UseAndDrop();
        for (int i = 0; i < 100 && dropped.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Sleep(100); // the thread of asynchronous calls ends after a while without work
        }
        Assert.False(dropped.IsAlive);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference UseAndDrop()
    {
        Model model = Load(threads: 2);
        Assert.Equal(60, model.CompleteAsync(Prompt, Greedy).GetAwaiter().GetResult().Ids.Length);
        Assert.True(model.Begin(Prompt, Greedy).MoveNext(out _));
        return new WeakReference(model);
    }

    private static Model Load(int? contextLength = null, int threads = 1)
    {
        SmallModels.NeedGolden("llama");
        return Model.Load(Path.Combine(SmallModels.Golden("llama"), "model.gguf"),
            new ModelOptions { Exact = true, Threads = threads, ContextLength = contextLength });
    }

    private static int[] Drive(TextGeneration text)
    {
        using (text)
        {
            Steps(text);
            return text.Result.Ids;
        }
    }

    private static void Steps(TextGeneration text)
    {
        while (text.MoveNext(out _))
        {
        }
    }
}
