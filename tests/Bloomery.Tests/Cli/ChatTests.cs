using Bloomery.Cli.Chat;
using Bloomery.Engine.Chat;
using Bloomery.Engine.Inference;

namespace Bloomery.Tests.Cli;

public class ChatTests
{
    [Fact]
    public void Messages_are_answered_and_remembered()
    {
        var model = new Echo(1000);
        string screen = Talk(Chat(model), "hello", "again");
        Assert.Equal("you said hello (1 message)\nyou said again (3 messages)\n", screen);
    }

    [Fact]
    public void The_oldest_exchange_is_dropped_visibly_when_the_context_is_full()
    {
        var conversation = Chat(new Echo(60), "be brief");
        string screen = Talk(conversation, "one two three four five six seven eight", "a b c d e f g h i j", "k l");
        Assert.Contains("(the context of 60 tokens is full: the oldest exchange was dropped)", screen, StringComparison.Ordinal);
        Assert.Equal("system", conversation.Messages[0].Role);
        Assert.DoesNotContain(conversation.Messages, message => message.Content.StartsWith("one two", StringComparison.Ordinal));
    }

    [Fact]
    public void A_message_too_long_for_the_context_is_not_sent()
    {
        var conversation = Chat(new Echo(20));
        string screen = Talk(conversation, string.Join(' ', Enumerable.Repeat("word", 50)), "short");
        Assert.StartsWith("(this message is too long for the context of 20 tokens; it was not sent)\n", screen, StringComparison.Ordinal);
        Assert.Equal(2, conversation.Messages.Count);
    }

    [Fact]
    public void Commands_do_what_help_says()
    {
        string file = Path.Combine(Path.GetTempPath(), $"bloomery-chat-{Guid.NewGuid():N}.json");
        var conversation = Chat(new Echo(1000));
        try
        {
            string screen = Talk(conversation, "/help", "/system be kind", "/system", "hi", $"/save {file}", "/reset", "/load", $"/load {file}", "/nonsense",
                "/load /nowhere/at/all.json", "/quit", "never read");
            foreach (string said in (string[])["/reset           forgets", "(system prompt set)", "be kind\n", "you said hi", "(saved 2 messages",
                "(conversation forgotten)", "(/load needs a file", "(loaded 2 messages", "(there is no command /nonsense", "no such file"])
                Assert.Contains(said, screen, StringComparison.Ordinal);
            Assert.DoesNotContain("never read", screen, StringComparison.Ordinal);
            Assert.Equal(["system", "user", "assistant"], conversation.Messages.Select(message => message.Role));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_stopped_answer_says_so_and_stays()
    {
        var conversation = Chat(new Echo(1000) { CancelAfterFirstWord = true });
        string screen = Talk(conversation, "hello");
        Assert.Equal("you\n(stopped)\n", screen);
        Assert.Equal("you", conversation.Messages[^1].Content);
    }

    [Fact]
    public void Answers_cannot_command_the_terminal()
    {
        Assert.Equal("you said [2Jx (1 message)\n", Talk(Chat(new Echo(1000)), "\u001b[2Jx"));
    }

    private static ChatSession Chat(IChatModel model, string? system = null) => new(model, system);

    private static string Talk(ChatSession chat, params string[] lines)
    {
        var screen = new System.Text.StringBuilder();
        var input = new Queue<string>(lines);
        new ChatLoop(chat, _ => input.TryDequeue(out string? line) ? line : null, text => screen.Append(text), () => new CancellationTokenSource()).Run();
        return screen.ToString();
    }

    /// <summary>A model whose tokens are words.</summary>
    private sealed class Echo(int context) : IChatModel
    {
        public bool CancelAfterFirstWord { get; init; }

        public int ContextLength => context;

        public int CountTokens(IReadOnlyList<ChatMessage> messages, GenerationOptions options, CancellationToken cancellation) =>
            messages.Sum(message => 2 + message.Content.Split(' ').Length);

        public JobThread Jobs { get; } = new();

        public GenerationResult Answer(IReadOnlyList<ChatMessage> messages, GenerationOptions options, Action<TextPiece> onPiece,
            CancellationToken cancellation)
        {
            int count = messages.Count(message => message.Role != "system");
            string[] pieces = ["you", $" said {messages[^1].Content}", $" ({count} message{(count == 1 ? "" : "s")})"];
            foreach (string piece in pieces)
            {
                onPiece(new TextPiece(piece, default, null));
                if (CancelAfterFirstWord) throw new OperationCanceledException();
            }
            return new GenerationResult(string.Concat(pieces), [], [], FinishReason.Stop, 0, 0);
        }

        public void Dispose()
        {
        }
    }
}
