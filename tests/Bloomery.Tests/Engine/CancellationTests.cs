using Bloomery.Engine;
using Bloomery.Engine.BeamSearch;
using Bloomery.Engine.Embedding;
using Bloomery.Engine.Generation;
using Bloomery.Engine.Inference;
using Bloomery.Models.Execution;
using Bloomery.Models.Planning;

namespace Bloomery.Tests.Engine;

/// <summary>Every door looks at its cancellation between operations, and the model answers as before afterwards.</summary>
public sealed class CancellationTests
{
    private static readonly GenerationOptions Greedy = new() { Temperature = 0, IgnoreEos = true, MaxTokens = 6 };

    private static readonly Dictionary<string, Func<Model, int[], CancellationToken, object>> Doors = new()
    {
        ["generate"] = (model, ids, cancellation) => model.Generate(ids, Greedy, cancellation).Ids,
        ["stream"] = (model, ids, cancellation) => model.GenerateAsync(ids, Greedy, cancellation).ToBlockingEnumerable(CancellationToken.None).ToArray(),
        ["beams"] = (model, ids, cancellation) => model.BeamSearch(ids, new BeamOptions { NumBeams = 3, MaxNewTokens = 5, EndIds = [] }, cancellation)[0].Ids,
        ["forward"] = (model, ids, cancellation) => model.Forward([new ForwardRow(ids) { DecoderIds = [0, 5, 6] },
            new ForwardRow(ids[..2]) { DecoderIds = [0] }], null, cancellation)[0].LastHiddenState!,
    };

    public static TheoryData<string, string, int> Cases()
    {
        TheoryData<string, string, int> cases = [];
        foreach (string name in (string[])["llama", "bloom", "mixtral", "t5", "gemma3"])
            foreach (string door in Doors.Keys)
                foreach (int last in door == "forward" ? (int[])[0, 7, 20] : [0, 7, 60]) cases.Add(name, door, last);
        return cases;
    }

    [SkippableTheory, MemberData(nameof(Cases))]
    public void No_further_operation_is_begun(string name, string door, int last)
    {
        SmallModels.NeedGolden(name);
        using Model model = SmallModels.LoadGolden(name);
        (int[] prompt, _) = SmallModels.Greedy(name);
        object expected = Doors[door](model, prompt, CancellationToken.None);
        using CancellationTokenSource cancel = new();
        int run = 0;
        Observe(model, () =>
        {
            if (run++ == last) cancel.Cancel();
        });
        Assert.ThrowsAny<OperationCanceledException>(() => Doors[door](model, prompt, cancel.Token));
        Assert.Equal(last + 1, run);
        Observe(model, null);
        Assert.Equal(expected, Doors[door](model, prompt, CancellationToken.None));
    }

    /// <summary>A text that takes long to be cut: it is far too long for the model, which is found out behind that.</summary>
    [Fact]
    public async Task So_does_tokenizing()
    {
        string text = string.Concat(Enumerable.Repeat("The quick brown fox jumps over the lazy dog. ", 300_000));
        using Model model = Model.Load(SmallModels.Embedded(ModelKind.Text)), embedder = Model.Load(SmallModels.Embedded(ModelKind.Embedding));
        using ChatSession chat = new(model);
        Dictionary<string, Func<CancellationToken, Task>> doors = new()
        {
            ["generate"] = token => Task.Run(() => model.Generate(text, Greedy, token), CancellationToken.None),
            ["raw"] = token => model.CompleteAsync(text, Greedy with { Raw = true }, token),
            ["messages"] = token => model.CompleteAsync([new("user", text)], Greedy, token),
            ["stream"] = async token => await model.StreamAsync(text, Greedy, token).ToListAsync(),
            ["chat"] = token => chat.AskAsync(text, token),
            ["embed"] = token => embedder.EmbedAsync([text], null, token),
        };
        foreach ((string door, Func<CancellationToken, Task> call) in doors)
        {
            using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(150));
            OperationCanceledException e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call(cancel.Token));
            Assert.True(e.CancellationToken == cancel.Token, door);
        }
        Assert.Empty(chat.Messages);
        Assert.NotEmpty(model.Generate("hi", Greedy).Ids);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    public void Embedding_stops_likewise(int last)
    {
        using Model model = Model.Load(SmallModels.Embedded(ModelKind.Embedding));
        string[] texts = [.. Enumerable.Range(0, 40).Select(i => $"text number {i} of a few about which nothing is known")];
        float[][] expected = model.Embed(texts);
        using CancellationTokenSource cancel = new();
        int run = 0;
        Observe(model, () =>
        {
            if (run++ == last) cancel.Cancel();
        });
        Assert.ThrowsAny<OperationCanceledException>(() => model.Embed(texts, null, cancel.Token));
        Assert.Equal(last + 1, run);
        Observe(model, null);
        Assert.Equal(expected, model.Embed(texts));
    }

    /// <summary>The slices that were read are taken back, so that the same tokens can be given again.</summary>
    [SkippableTheory]
    [InlineData("llama")]
    [InlineData("bloom")]
    [InlineData("phi3-longrope")]
    public void A_sequence_appends_all_or_nothing(string name)
    {
        SmallModels.NeedGolden(name);
        using Runtime runtime = Runtime.Load(SmallModels.Golden(name), new ModelOptions { Threads = 1, ChunkTokens = 4 });
        int[] text = [.. Enumerable.Range(0, 22).Select(i => 3 + i * 7 % 50)];
        using Sequence whole = new(runtime), sequence = new(runtime);
        float[] begun = sequence.Append(text.AsSpan(0, 3)).ToArray(), expected = whole.Append(text).ToArray();
        using CancellationTokenSource cancel = new();
        int operations = runtime.Executor(PlanRole.Decoder).Plan.Operations.Count, run = 0;
        runtime.Executor(PlanRole.Decoder).Observer = _ =>
        {
            if (++run == 2 * operations + 3) cancel.Cancel(); // in the third slice
        };
        Assert.Throws<OperationCanceledException>(() => sequence.Append(text.AsSpan(3), cancel.Token).Length);
        Assert.Equal(2 * operations + 3, run);
        Assert.Equal(text[..3], sequence.Ids.ToArray());
        runtime.Executor(PlanRole.Decoder).Observer = null;
        Assert.Equal(expected, sequence.Append(text.AsSpan(3)).ToArray());
        sequence.Truncate(2);
        Assert.Equal(begun, sequence.Append(text.AsSpan(2, 1)).ToArray());
    }

    [SkippableFact]
    public void A_cancelled_step_may_be_taken_again()
    {
        SmallModels.NeedGolden("llama");
        using Model model = SmallModels.LoadGolden("llama");
        (int[] prompt, _) = SmallModels.Greedy("llama");
        int[] expected = model.Generate(prompt, Greedy).Ids;
        using TextGeneration generation = model.Begin(prompt, Greedy);
        for (int step = 0; step < expected.Length; step++)
        {
            using CancellationTokenSource cancel = new();
            Observe(model, cancel.Cancel);
            Assert.Throws<OperationCanceledException>(() => generation.MoveNext(out _, cancel.Token));
            Observe(model, null);
            Assert.True(generation.MoveNext(out TextPiece piece));
            Assert.Equal(expected[step], piece.Token.Id);
        }
        Assert.False(generation.MoveNext(out _));
    }

    private static void Observe(Model model, Action? onOperation)
    {
        PlanRole[] roles = model.Runtime.Architecture switch
        {
            Bloomery.Models.Architectures.EncoderDecoderArchitecture => [PlanRole.Encoder, PlanRole.Decoder],
            Bloomery.Models.Architectures.EncoderArchitecture => [PlanRole.Encoder],
            _ => [PlanRole.Decoder],
        };
        foreach (PlanRole role in roles)
            model.Runtime.Executor(role).Observer = onOperation is null ? null : _ => onOperation();
    }
}
