using System.Text;
using Bloomery.Engine.Chat;
using Bloomery.Engine.Inference;

namespace Bloomery.Tests.Engine;

/// <summary>A conversation: what it remembers, what it computes again, and what becomes of it when it is cancelled or too long.</summary>
public sealed class ChatSessionTests(SmallModels models) : IClassFixture<SmallModels>
{
    private static readonly GenerationOptions Short = new() { Temperature = 0, MaxTokens = 10 };
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Answers_are_those_of_the_whole_conversation_and_only_what_is_new_is_computed()
    {
        Model model = models.Text;
        using ChatSession chat = new(model, "Be brief.", Short);
        List<ChatMessage> spoken = [new("system", "Be brief.")];
        int before = 0;
        foreach (string message in (string[])["Name a colour.", "Another one.", "And a fruit?"])
        {
            spoken.Add(new("user", message));
            GenerationResult expected = model.Generate(spoken, Short);
            List<TextPiece> pieces = await chat.SendAsync(message).ToListAsync();
            Assert.Equal(expected.Ids, pieces.Select(piece => piece.Token.Id));
            TokenUsage usage = pieces[^1].Usage!;
            Assert.Equal(expected.PromptIds.Length, usage.PromptTokens);
            Assert.True(before == 0 ? usage.CachedTokens == 0 : usage.CachedTokens >= before,
                $"{usage.CachedTokens} of {usage.PromptTokens} tokens were kept, {before} could be");
            before = usage.PromptTokens - 1;
            spoken.Add(new("assistant", expected.Text));
            Assert.Equal(spoken, chat.Messages);
        }
        Assert.Equal(model.Generate([.. spoken, new("user", "Thanks.")], Short).Text, (await chat.AskAsync("Thanks.")).Text);
        chat.Reset();
        Assert.Equal([spoken[0]], chat.Messages);
        Assert.Equal(model.Generate([spoken[0], new("user", "hi")], Short).Text, chat.Ask("hi").Text);
        chat.System = null;
        Assert.Equal("user", chat.Messages[0].Role);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_cancelled_answer_stays_or_goes_as_the_caller_says(bool keep)
    {
        using ChatSession chat = new(models.Text, null, new GenerationOptions { Temperature = 0, IgnoreEos = true }) { KeepPartialAnswers = keep };
        using CancellationTokenSource stop = new();
        string seen = "";
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (TextPiece piece in chat.SendAsync("Count to a hundred.", stop.Token))
                if ((seen += piece.Text).Length > 4) await stop.CancelAsync();
        }).WaitAsync(Limit);
        if (keep) Assert.StartsWith(seen, chat.Messages[1].Content, StringComparison.Ordinal);
        Assert.Equal(keep ? ["user", "assistant"] : [], chat.Messages.Select(message => message.Role));

        // So does one that nobody reads to its end; and the conversation goes on.
        await foreach (TextPiece piece in chat.SendAsync("Again.")) if (piece.Text.Length > 0) break;
        Assert.Equal(keep ? 4 : 0, chat.Messages.Count);
        chat.Options = Short;
        int count = chat.Messages.Count;
        Assert.Equal(models.Text.Generate([.. chat.Messages, new("user", "hi")], Short).Text, chat.Ask("hi").Text);
        Assert.Equal(count + 2, chat.Messages.Count);
    }

    [Fact]
    public async Task One_message_at_a_time()
    {
        using ChatSession chat = new(models.Text, null, new GenerationOptions { Temperature = 0, IgnoreEos = true });
        await using (IAsyncEnumerator<TextPiece> first = chat.SendAsync("Count.").GetAsyncEnumerator())
        {
            Assert.True(await first.MoveNextAsync());
            Assert.Contains("being answered", Assert.Throws<InvalidOperationException>(() => chat.Ask("hi")).Message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(chat.Reset);
            Assert.Throws<InvalidOperationException>(() => chat.Restore("[]"));
        }
        chat.Options = Short;
        Assert.NotEmpty(chat.Ask("hi").Ids);
    }

    [Fact]
    public async Task The_oldest_exchanges_make_room_and_the_caller_is_told()
    {
        List<ChatMessage> dropped = [];
        using ChatSession chat = new(new Echo(60), "be brief") { OnDropped = dropped.AddRange };
        await chat.AskAsync("one two three four five six seven eight nine ten");
        Assert.Empty(dropped);
        for (int i = 0; dropped.Count == 0 && i < 10; i++) await chat.AskAsync($"{i} a b c d e");
        Assert.Equal(["user", "assistant"], dropped.Select(message => message.Role));
        Assert.StartsWith("one two", dropped[0].Content, StringComparison.Ordinal);
        Assert.Equal("system", chat.Messages[0].Role);
        Assert.DoesNotContain(dropped[0], chat.Messages);

        int count = chat.Messages.Count;
        ArgumentException e = Assert.Throws<ArgumentException>(() => chat.Ask(string.Join(' ', Enumerable.Repeat("word", 80))));
        Assert.Equal("message", e.ParamName);
        Assert.Equal(count, chat.Messages.Count);
    }

    [Fact]
    public void Conversations_are_kept_as_json()
    {
        using ChatSession chat = new(new Echo(1000), "Be kind.");
        chat.Add(new("user", "2+2"));
        chat.Add(new("assistant", "4 \"ok\" é 漢\n"));
        string file = Path.Combine(Path.GetTempPath(), $"bloomery-{Guid.NewGuid():N}.json");
        try
        {
            chat.Save(file);
            using ChatSession other = new(new Echo(1000));
            other.Load(file);
            Assert.Equal(chat.Messages, other.Messages);
            Assert.Equal("Be kind.", other.System);
            other.Restore("""[{"role": "user", "content": "x"}]""");
            Assert.Equal([new ChatMessage("user", "x")], other.Messages);
            (string Json, string Said)[] wrong =
            [
                ("{", "not JSON"), ("{}", "expected"), ("[1]", "message 0"), ("""{"messages": [{"role": "user"}]}""", "message 0"),
                ("""[{"role": "user", "content": "\ud800"}]""", "half of a surrogate pair"),
            ];
            foreach ((string json, string said) in wrong)
                Assert.Contains(said, Assert.Throws<FormatException>(() => other.Restore(json)).Message, StringComparison.Ordinal);
            Assert.Single(other.Messages);
            (byte[] Bytes, string Said)[] damaged =
            [
                ([(byte)'[', 0xff, (byte)']'], "UTF-8"), ("no"u8.ToArray(), "not JSON"), ([], "is empty"),
                ([0xff, 0xfe, (byte)'[', 0, 0, 0xd8, (byte)']', 0], "offset 4 are no UTF-16"),
                ("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n"u8.ToArray(), "git lfs pull"),
                ("""[{"role": "user", "content": [{"type": "image"}]}]"""u8.ToArray(), "message 0"),
            ];
            foreach ((byte[] bytes, string said) in damaged)
            {
                File.WriteAllBytes(file, bytes);
                FormatException e = Assert.Throws<FormatException>(() => other.Load(file));
                Assert.StartsWith(file, e.Message, StringComparison.Ordinal);
                Assert.Contains(said, e.Message, StringComparison.Ordinal);
                Assert.DoesNotContain("LineNumber", e.Message, StringComparison.Ordinal);
            }
            Assert.Single(other.Messages);
            Assert.Throws<FileNotFoundException>(() => other.Load(file + ".not"));
            Assert.Contains("is a directory", Assert.Throws<IOException>(() => other.Load(Path.GetTempPath())).Message, StringComparison.Ordinal);
            Assert.Throws<ArgumentNullException>(() => other.Load(null!));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("""{"messages": [{"role": "user", "content": "old"}], "messages": [{"role": "user", "content": "hi", "score": NaN}]}""")]
    [InlineData("""[{"role": "user", "content": [{"type": "text", "text": "h"}, {"type": "text", "text": "i"}]}]""")]
    public void Conversations_are_read_as_every_other_json(string json)
    {
        using ChatSession chat = new(new Echo(1000), "Be kind.");
        chat.Restore(json);
        Assert.Equal([new ChatMessage("user", "hi")], chat.Messages);
        string file = Path.Combine(Path.GetTempPath(), $"bloomery-{Guid.NewGuid():N}.json");
        try
        {
            foreach (Encoding wide in (Encoding[])[Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32])
            {
                chat.Reset();
                File.WriteAllText(file, json, wide);
                chat.Load(file);
                Assert.Equal([new ChatMessage("user", "hi")], chat.Messages);
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void There_is_one_system_prompt()
    {
        using ChatSession chat = new(new Echo(1000));
        chat.Add(new("system", "Be kind."));
        Assert.Equal("Be kind.", chat.System);
        Assert.Equal([new ChatMessage("system", "Be kind.")], chat.Messages);
        Assert.Equal("options", Assert.Throws<ArgumentException>(() => new ChatSession(new Echo(9), "one", new() { System = "two" })).ParamName);
        chat.Options = new() { System = "Be brief." };
        Assert.Equal([new ChatMessage("system", "Be brief.")], chat.Messages);
    }

    [Fact]
    public async Task The_conversation_may_be_read_while_it_grows()
    {
        using ChatSession chat = new(new Echo(60), "Be kind.") { OnDropped = _ => { } };
        Task talk = Task.Run(() =>
        {
            for (int i = 0; i < 3000; i++) chat.Ask("one two three");
        });
        do
        {
            IReadOnlyList<ChatMessage> seen = chat.Messages;
            Assert.All(seen, Assert.NotNull);
            Assert.Equal("system", seen[0].Role);
            Assert.StartsWith("{", chat.ToJson(), StringComparison.Ordinal);
        }
        while (!talk.IsCompleted);
        await talk;
    }

    [Fact]
    public async Task What_cannot_be_done_is_refused()
    {
        Assert.Throws<InvalidOperationException>(() => new ChatSession(models.Embedding));
        Assert.Throws<ArgumentNullException>(() => new ChatSession((Model)null!));
        Assert.Throws<ArgumentException>(() => new ChatSession(models.Text, null, new() { Raw = true }));
        Assert.Equal("Be kind.", new ChatSession(models.Text, null, new() { System = "Be kind." }).System);
        ChatSession chat = new(models.Text, null, Short);
        Assert.Equal("message", Assert.Throws<ArgumentNullException>(() => chat.Ask(null!)).ParamName);
        Assert.Throws<ArgumentNullException>(() => { chat.SendAsync(null!); });
        Assert.Throws<ArgumentException>(() => chat.Add(new("user", null!)));
        chat.Ask("hi");
        chat.Dispose();
        chat.Dispose();
        Assert.Equal(typeof(ChatSession).FullName, Assert.Throws<ObjectDisposedException>(() => chat.Ask("hi")).ObjectName);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await chat.SendAsync("hi").ToListAsync());
    }

    [Fact]
    public async Task Disposal_ends_an_answer_under_way()
    {
        ChatSession chat = new(models.Text, null, new GenerationOptions { Temperature = 0, IgnoreEos = true });
        await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
        {
            await foreach (TextPiece piece in chat.SendAsync("Count.")) chat.Dispose();
        }).WaitAsync(Limit);
        Assert.NotEmpty(models.Text.Generate("hi", Short).Ids);
    }

    /// <summary>A model whose tokens are words.</summary>
    private sealed class Echo(int context) : IChatModel
    {
        public int ContextLength => context;

        public JobThread Jobs { get; } = new();

        public int CountTokens(IReadOnlyList<ChatMessage> messages, GenerationOptions options, CancellationToken cancellation) =>
            messages.Sum(message => 2 + message.Content.Split(' ').Length);

        public GenerationResult Answer(
            IReadOnlyList<ChatMessage> messages, GenerationOptions options, Action<TextPiece> onPiece, CancellationToken cancellation) =>
            new($"you said {messages[^1].Content}", [], [], FinishReason.Stop, 0, 0);

        public void Dispose()
        {
        }
    }
}
