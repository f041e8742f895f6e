using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Bloomery.Engine;

namespace Bloomery.Tests.Engine;

/// <summary>The asynchronous side of the door, and what streams carry.</summary>
public sealed class AsyncTests(SmallModels models) : IClassFixture<SmallModels>
{
    private static readonly GenerationOptions Short = new() { Temperature = 0, MaxTokens = 12 };
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Every_way_gives_the_same_text()
    {
        Model model = models.Text;
        const string Prompt = "Name a colour.";
        ChatMessage[] chat = [new("user", Prompt)];
        GenerationResult expected = model.Generate(Prompt, Short);
        Assert.Equal(expected.Ids, model.Generate(chat, Short).Ids);
        Assert.Equal(expected.Text, (await model.CompleteAsync(Prompt, Short)).Text);
        Assert.Equal(expected.Ids, (await model.CompleteAsync(chat, Short)).Ids);
        Assert.Equal(expected.Ids, (await model.CompleteAsync(expected.PromptIds, Short)).Ids);
        foreach (IAsyncEnumerable<TextPiece> stream in (IAsyncEnumerable<TextPiece>[])
            [model.StreamAsync(Prompt, Short), model.StreamAsync(chat, Short), model.StreamAsync(expected.PromptIds, Short)])
        {
            List<TextPiece> pieces = await stream.ToListAsync();
            Assert.Equal(expected.Ids, pieces.Select(piece => piece.Token.Id));
            Assert.Equal(expected.Text, string.Concat(pieces.Select(piece => piece.Text)));
            Assert.All(pieces[..^1], piece => Assert.True(piece.FinishReason is null && piece.Usage is null));
            Assert.Equal((expected.FinishReason, new TokenUsage(expected.PromptIds.Length, 0, expected.Ids.Length)),
                (pieces[^1].FinishReason, pieces[^1].Usage));
        }
        foreach (IAsyncEnumerable<string> texts in (IAsyncEnumerable<string>[])
            [model.GenerateAsync(Prompt, Short), model.GenerateAsync(chat, Short), model.GenerateAsync(expected.PromptIds, Short)])
            Assert.Equal(expected.Text, string.Concat(await texts.ToListAsync()));
    }

    /// <summary>Elements without a type of their own are messages; numbers are ids. This is a test when it compiles.</summary>
    [Fact]
    public async Task What_is_given_may_be_changed_afterwards()
    {
        Model model = models.Text;
        GenerationResult expected = model.Generate("Name a colour.", Short);
        Task<GenerationResult> before = model.CompleteAsync("Count.", Short); // the calls behind it wait
        List<ChatMessage> messages = [new("user", "Name a colour.")];
        int[] ids = [.. expected.PromptIds], begun = [.. ids];
        List<string> texts = ["one text"];
        Task<GenerationResult> fromMessages = model.CompleteAsync(messages, Short), fromIds = model.CompleteAsync(ids, Short);
        IAsyncEnumerable<TextPiece>[] streams = [model.StreamAsync(messages, Short), model.StreamAsync(ids, Short)];
        Task<float[][]> embedded = models.Embedding.EmbedAsync(texts);
        using TextGeneration generation = model.Begin(begun, Short);
        messages.Clear();
        texts[0] = null!;
        Array.Fill(ids, int.MaxValue);
        Array.Fill(begun, -1);
        await before;
        Assert.Equal(expected.Ids, (await fromMessages).Ids);
        Assert.Equal(expected.Ids, (await fromIds).Ids);
        foreach (IAsyncEnumerable<TextPiece> stream in streams) Assert.Equal(expected.Ids, (await stream.ToListAsync()).Select(piece => piece.Token.Id));
        while (generation.MoveNext(out _))
        {
        }
        Assert.Equal(expected.Ids, generation.Ids);
        Assert.Equal(models.Embedding.Embed(["one text"])[0], (await embedded)[0]);
    }

    /// <summary>What a web application returns as it is: NaN stands for a log-probability that nobody asked for.</summary>
    [Theory, InlineData(null), InlineData(0), InlineData(2)]
    public async Task Pieces_and_results_are_written_as_json(int? logProbs)
    {
        GenerationOptions options = Short with { Sampling = new() { LogProbs = logProbs } };
        foreach (TextPiece piece in await models.Text.StreamAsync("Name a colour.", options).ToListAsync())
        {
            string json = JsonSerializer.Serialize(piece, JsonSerializerOptions.Web);
            TextPiece read = JsonSerializer.Deserialize<TextPiece>(json, JsonSerializerOptions.Web);
            Assert.Equal((piece.Text, piece.Token, piece.FinishReason, piece.Usage), (read.Text, read.Token, read.FinishReason, read.Usage));
            Assert.Equal(piece.Alternatives, read.Alternatives);
            Assert.Equal(logProbs is null, json.Contains("NaN", StringComparison.Ordinal));
        }
        TextPiece none = (await models.Text.StreamAsync("hi", options with { MaxTokens = 0 }).ToListAsync())[0];
        Assert.Contains("\"id\":-1", JsonSerializer.Serialize(none, JsonSerializerOptions.Web), StringComparison.Ordinal);
        BeamHypothesis beam = new([1], [float.NegativeInfinity], double.NegativeInfinity, FinishReason.Length);
        Assert.Equal(beam.Score, JsonSerializer.Deserialize<BeamHypothesis>(JsonSerializer.Serialize(beam))!.Score);
        Assert.Equal(beam.LogProbs, JsonSerializer.Deserialize<BeamHypothesis>(JsonSerializer.Serialize(beam))!.LogProbs);
    }

    [Fact]
    public void A_step_that_was_not_made_has_an_empty_piece()
    {
        using TextGeneration none = models.Text.Begin([1, 2], new() { MaxTokens = 0 });
        Assert.False(none.MoveNext(out TextPiece piece));
        Assert.Equal(("", -1), (piece.Text, piece.Token.Id));
        Assert.Empty(piece.Alternatives);
        Assert.Empty(default(TextPiece).Alternatives);
    }

    [Fact]
    public async Task Collection_expressions_find_their_overload()
    {
        Model model = models.Text;
        GenerationOptions one = new() { Temperature = 0, MaxTokens = 1 };
        int[] ids = model.Generate([new("user", "hi")], one).Ids;
        Assert.Equal(ids, model.Generate("hi", one).Ids);
        Assert.Single(model.Generate([1, 2, 3], one).Ids);
        Assert.Single(model.Generate([new ChatMessage("user", "hi")], one).Ids);
        Assert.Equal(ids, (await model.CompleteAsync([new("user", "hi")], one)).Ids);
        Assert.Single((await model.CompleteAsync([1, 2, 3], one)).Ids);
        Assert.Single(await model.StreamAsync([new("user", "hi")], one).ToListAsync());
        Assert.Single(await model.StreamAsync([1, 2, 3], one).ToListAsync());
        Assert.NotNull(await model.GenerateAsync([new("user", "hi")], one).ToListAsync());
        Assert.NotNull(await model.GenerateAsync([1, 2, 3], one).ToListAsync());
        List<ChatMessage> list = [new("user", "hi")];
        Assert.Equal(ids, model.Generate(list, one).Ids);
    }

    [Fact]
    public async Task A_text_of_no_tokens_still_says_why_it_ended()
    {
        GenerationOptions none = Short with { MaxTokens = 0 };
        TextPiece piece = Assert.Single(await models.Text.StreamAsync("hi", none).ToListAsync());
        Assert.Equal(("", -1, FinishReason.Length, 0), (piece.Text, piece.Token.Id, piece.FinishReason, piece.Usage!.CompletionTokens));
        Assert.Empty(await models.Text.GenerateAsync("hi", none).ToListAsync());
        Assert.Equal(FinishReason.Length, (await models.Text.CompleteAsync("hi", none)).FinishReason);
    }

    [Fact]
    public async Task Alternatives_come_with_their_piece()
    {
        List<TextPiece> pieces = await models.Text.StreamAsync("Name a colour.", Short with { Sampling = new() { LogProbs = 3 } }).ToListAsync();
        Assert.All(pieces, piece =>
        {
            Assert.Equal(3, piece.Alternatives.Count);
            Assert.Equal((piece.Token.Id, piece.Token.LogProb), (piece.Alternatives[0].Id, piece.Alternatives[0].LogProb));
        });
        Assert.NotEqual(pieces[0].Alternatives[0], pieces[1].Alternatives[0]);
        Assert.All(await models.Text.StreamAsync("hi", Short).ToListAsync(), piece => Assert.Empty(piece.Alternatives));
    }

    [Fact]
    public async Task The_pool_answers_while_twelve_chats_run()
    {
        Model model = models.Text;
        model.Generate("hi", Short);
        using CancellationTokenSource enough = new();
        Task[] chats = [.. Enumerable.Range(0, 12).Select(i => Swallow(i % 3 == 0
            ? model.CompleteAsync([new("user", $"Count to {i}.")], cancellation: enough.Token)
            : i % 3 == 1
                ? model.StreamAsync([new("user", $"Count to {i}.")], cancellation: enough.Token).ToListAsync(enough.Token).AsTask()
                : models.Embedding.EmbedAsync([.. Enumerable.Repeat("some text", 3000)], null, enough.Token)))];
        // As many pings at once as the pool has threads: were one held by a chat, the last would wait for another to be made.
        List<double> waits = [];
        for (int i = 0; i < 100; i++)
        {
            long begin = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(() => Thread.Sleep(1)))).WaitAsync(Limit);
            waits.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        }
        Assert.Contains(chats, chat => !chat.IsCompleted);
        await enough.CancelAsync();
        await Task.WhenAll(chats).WaitAsync(Limit);
        double median = waits.Order().ElementAt(50);
        Assert.True(median < 50, $"a ping took {median:0.0} ms");

        static async Task Swallow(Task chat) => await chat.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [Fact]
    public async Task A_long_text_is_tokenized_beside_the_caller()
    {
        string text = string.Concat(Enumerable.Repeat("word after word ", 200_000));
        long begin = Stopwatch.GetTimestamp();
        Task<GenerationResult> call = models.Text.CompleteAsync(text, Short);
        IAsyncEnumerator<TextPiece> stream = models.Text.StreamAsync(text, Short).GetAsyncEnumerator();
        ValueTask<bool> next = stream.MoveNextAsync();
        TimeSpan taken = Stopwatch.GetElapsedTime(begin);
        Assert.False(call.IsCompleted && next.IsCompleted);
        Assert.Contains("context", (await Assert.ThrowsAsync<ArgumentException>(() => call)).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => next.AsTask());
        Assert.True(taken < TimeSpan.FromSeconds(1), $"the calls took {taken}");
    }

    [Fact]
    public async Task Vectors_come_asynchronously_too()
    {
        Model model = models.Embedding;
        string[] texts = ["one text", "another"];
        Assert.Equal(model.Embed(texts), await model.EmbedAsync(texts));
        Assert.Equal(Pooling.Cls, (await model.EmbedWithDetailsAsync(texts, new() { Pooling = Pooling.Cls })).Pooling);
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => model.EmbedAsync(texts, null, cancelled.Token));
        Assert.Equal("texts", (await Assert.ThrowsAsync<ArgumentException>(() => model.EmbedAsync(["a", null!]))).ParamName);
        Says("Pooling is no way of pooling: 7", Assert.Throws<ArgumentOutOfRangeException>(() => model.Embed(texts, new() { Pooling = (Pooling)7 })));
    }

    [Fact]
    public async Task Models_load_beside_the_caller_with_progress_and_can_be_cancelled()
    {
        string path = SmallModels.Embedded(ModelKind.Embedding);
        List<double> shares = [];
        await using (Model model = await Model.LoadAsync(path, new ModelOptions { Progress = new Listener(shares.Add) }))
            Assert.Equal(models.Embedding.Embed(["a"]), model.Embed(["a"]));
        Assert.Equal(1, shares[^1]);
        Assert.Equal(shares.Order(), shares);

        using CancellationTokenSource stop = new();
        int reports = 0;
        ModelOptions options = new()
        {
            Threads = 1,
            Progress = new Listener(_ =>
            {
                reports++;
                stop.Cancel();
            }),
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Model.LoadAsync(path, options, stop.Token)).WaitAsync(Limit);
        Assert.True(reports < shares.Count, $"{reports} of {shares.Count} parts were loaded all the same");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Model.LoadAsync(path, null, stop.Token));
        await Assert.ThrowsAsync<FileNotFoundException>(() => Model.LoadAsync("nowhere.gguf"));
        await Assert.ThrowsAsync<ArgumentNullException>(() => Model.LoadAsync(null!));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Model.LoadDefaultAsync((ModelKind)9));
        Assert.Throws<ArgumentOutOfRangeException>(() => Model.LoadDefault((ModelKind)(-1)));
    }

    [Fact]
    public void A_system_message_is_put_before_messages_or_refused()
    {
        Model model = models.Text;
        ChatMessage system = new("system", "Be kind."), user = new("user", "hi");
        GenerationOptions options = Short with { System = system.Content };
        Assert.Equal(model.EncodeChat([system, user]), model.EncodeChat([user], options));
        Assert.Equal(model.Generate([system, user], Short).Ids, model.Generate([user], options).Ids);
        foreach (ChatMessage[] messages in (ChatMessage[][])[[system, user], [user, system]])
            Assert.Contains("System is given too", Assert.Throws<ArgumentException>(() => model.Generate(messages, options)).Message, StringComparison.Ordinal);
        Assert.Contains("Raw", Assert.Throws<ArgumentException>(() => model.Generate([user], Short with { Raw = true })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Null_is_refused_by_name()
    {
        Model model = models.Text;
        Assert.Equal("prompt", Assert.Throws<ArgumentNullException>(() => model.Generate((string)null!)).ParamName);
        Assert.Equal("messages", Assert.Throws<ArgumentNullException>(() => model.Generate((IReadOnlyList<ChatMessage>)null!)).ParamName);
        Assert.Equal("promptIds", Assert.Throws<ArgumentNullException>(() => model.Generate((int[])null!)).ParamName);
        Says("there are no messages", Assert.Throws<ArgumentException>(() => model.Generate(Array.Empty<ChatMessage>())));
        Says("messages[1] is null", Assert.Throws<ArgumentException>(() => model.Generate([new("user", "a"), null!])));
        Says("messages[0] has no Content", await Assert.ThrowsAsync<ArgumentException>(() => model.CompleteAsync([new("user", null!)])));
        Says("messages[0] has no Role", Assert.Throws<ArgumentException>(() => { model.StreamAsync([new(null!, "a")]); }));
        await Assert.ThrowsAsync<ArgumentNullException>(() => model.CompleteAsync((string)null!));
        Says("rows[0] is null", Assert.Throws<ArgumentException>(() => model.Forward([null!])));
        Says("StopIds names token id 999999", Assert.ThrowsAny<ArgumentException>(() => model.Generate("hi", new() { StopIds = [999_999] })));
        Says("EndIds names token id -4", Assert.ThrowsAny<ArgumentException>(() => model.BeamSearch([1], new() { EndIds = [-4] })));
        Says("EarlyStopping is no way to end: 8", Assert.ThrowsAny<ArgumentException>(() => model.BeamSearch([1], new() { EarlyStopping = (EarlyStopping)8 })));
        Says("NumBeams must be at least 1, not 0", Assert.ThrowsAny<ArgumentException>(() => model.BeamSearch([1], new() { NumBeams = 0 })));
    }

    [Fact]
    public void Enums_are_written_by_name()
    {
        Assert.Equal("""["Stop","Cls","Q8_0","WhenFull","Embedding"]""", 
            JsonSerializer.Serialize(new object[] { FinishReason.Stop, Pooling.Cls, KvType.Q8_0, EarlyStopping.WhenFull, ModelKind.Embedding }));
        Assert.Contains("\"FinishReason\":\"Length\"",
            JsonSerializer.Serialize(models.Text.Generate("hi", Short with { MaxTokens = 1 })), StringComparison.Ordinal);
        Assert.Equal(new GenerationOptions { TopK = 3, Sampling = new() { TopH = 0.5f } }.Sampling,
            JsonSerializer.Deserialize<GenerationOptions>("""{"TopK": 3, "Sampling": {"TopH": 0.5}}""")!.Sampling);
        Type[] inEach = [typeof(KvType), typeof(ChatMessage), typeof(Model)];
        foreach (Type type in inEach.SelectMany(type => type.Assembly.GetExportedTypes()).Where(type => type.IsEnum))
            Assert.Contains(type.GetCustomAttributesData(), attribute => attribute.AttributeType == typeof(JsonConverterAttribute));
    }

    private static void Says(string begin, Exception e) => Assert.StartsWith(begin, e.Message, StringComparison.Ordinal);

    private sealed class Listener(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
