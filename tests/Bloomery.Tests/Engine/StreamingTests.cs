using Bloomery.Engine;
using Bloomery.Engine.Generation;

namespace Bloomery.Tests.Engine;

/// <summary>Streaming, turns and cancellation, with a small golden model whose GGUF file has a tokenizer.</summary>
public sealed class StreamingTests
{
    private static readonly GenerationOptions Long = new() { Temperature = 0, IgnoreEos = true, Raw = true, MaxTokens = 100 };
    private static readonly int[] Prompt = [1, 5, 6];

    [SkippableFact]
    public async Task Pieces_make_up_the_text()
    {
        using Model model = Load();
        List<string> pieces = [];
        await foreach (string piece in model.GenerateAsync(Prompt, Long)) pieces.Add(piece);
        string text = model.Generate(Prompt, Long).Text;
        Assert.NotEmpty(text);
        Assert.Equal(text, string.Concat(pieces));
        Assert.True(pieces.Count > 10, $"only {pieces.Count} pieces");
        Assert.DoesNotContain("", pieces);
    }

    [SkippableFact]
    public async Task Cancelling_in_the_middle_ends_the_enumeration_and_frees_the_turn()
    {
        using Model model = Load();
        using CancellationTokenSource cancellation = new();
        int pieces = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (string piece in model.GenerateAsync(Prompt, Long, cancellation.Token))
                if (++pieces == 3) await cancellation.CancelAsync();
        });
        Assert.True(pieces >= 3);
        Assert.NotEmpty(model.Generate(Prompt, Long).Ids);
        Assert.ThrowsAny<OperationCanceledException>(() => model.Generate(Prompt, Long, cancellation.Token));
        Assert.NotEmpty(model.Generate(Prompt, Long).Ids);
    }

    [SkippableFact]
    public async Task Cancellation_reaches_whoever_waits_for_a_turn()
    {
        using Model model = Load();
        await using IAsyncEnumerator<string> first = model.GenerateAsync(Prompt, Long with { MaxTokens = 250 }).GetAsyncEnumerator();
        Assert.True(await first.MoveNextAsync());
        using CancellationTokenSource cancellation = new();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await All(model.GenerateAsync(Prompt, Long, cancellation.Token)));
    }

    [SkippableFact]
    public async Task An_abandoned_enumeration_frees_the_turn()
    {
        using Model model = Load();
        await foreach (string piece in model.GenerateAsync(Prompt, Long)) break;
        Assert.NotEmpty(model.Generate(Prompt, Long).Ids);
        // Never begun at all: nothing was taken.
        _ = model.GenerateAsync(Prompt, Long);
        Assert.NotEmpty(model.Generate(Prompt, Long).Ids);
    }

    [SkippableFact]
    public async Task Callers_take_turns_and_each_gets_its_own_text()
    {
        using Model model = Load();
        int[][] prompts = [[1, 5], [1, 9, 9], [1, 30, 31, 32], [1, 77]];
        string[] alone = [.. prompts.Select(prompt => model.Generate(prompt, Long).Text)];
        Task<string>[] together =
            [.. prompts.Select((prompt, i) => i % 2 == 0 ? All(model.GenerateAsync(prompt, Long)) : Task.Run(() => model.Generate(prompt, Long).Text))];
        Assert.Equal(alone, await Task.WhenAll(together));
    }

    [SkippableFact]
    public async Task The_model_may_be_called_while_its_text_is_read()
    {
        using Model model = Load();
        bool asked = false;
        string text = "";
        await foreach (string piece in model.GenerateAsync(Prompt, Long))
        {
            text += piece;
            if (asked) continue;
            asked = true;
            Assert.NotEmpty(model.Generate(Prompt, Long with { MaxTokens = 3 }).Ids);
        }
        Assert.Equal(model.Generate(Prompt, Long).Text, text);
    }

    [SkippableFact]
    public async Task Failures_reach_the_caller()
    {
        using Model model = Load();
        await Assert.ThrowsAsync<ArgumentException>(() => All(model.GenerateAsync([99_999], Long)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => All(model.GenerateAsync(Prompt, Long with { TopP = 2 })));
        Assert.NotEmpty(await All(model.GenerateAsync(Prompt, Long)));
    }

    private static Model Load()
    {
        SmallModels.NeedGolden("llama");
        return Model.Load(Path.Combine(SmallModels.Golden("llama"), "model.gguf"), new ModelOptions { Exact = true, Threads = 1 });
    }

    private static async Task<string> All(IAsyncEnumerable<string> pieces)
    {
        string text = "";
        await foreach (string piece in pieces) text += piece;
        return text;
    }
}
