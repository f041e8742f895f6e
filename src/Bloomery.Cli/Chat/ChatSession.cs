using System.Text;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Output;

namespace Bloomery.Cli.Chat;

/// <summary>The conversation at a terminal: reads a message or a command, streams the answer, and goes on.</summary>
internal sealed class ChatSession(IChatModel model, Conversation conversation, Func<string, string?> read, Action<string> write, Func<CancellationTokenSource> beginAnswer)
{
    private const string Help = """
        /help            this list
        /system [TEXT]   shows or sets the system prompt
        /reset           forgets the conversation
        /save FILE       writes the conversation as JSON
        /load FILE       goes on with a saved conversation
        /quit            ends (so does Ctrl-D)
        Several lines: end a line with \, press Alt-Enter, or paste them. Ctrl-C stops an answer.

        """;

    /// <summary>Talks until the input ends or the user leaves.</summary>
    public void Run()
    {
        while (read("> ") is { } line)
        {
            string text = line.Trim();
            if (text.Length == 0) continue;
            if (text[0] == '/')
            {
                if (!Command(text)) return;
                continue;
            }
            Answer(text);
        }
    }

    private void Answer(string text)
    {
        conversation.Add("user", text);
        int dropped = conversation.Fit(model);
        if (dropped < 0)
        {
            conversation.RemoveLast();
            write($"(this message is too long for the context of {model.ContextLength} tokens; it was not sent)\n");
            return;
        }
        if (dropped > 0) write($"(the context of {model.ContextLength} tokens is full: the oldest {(dropped == 1 ? "exchange was" : $"{dropped} exchanges were")} dropped)\n");
        var answer = new StringBuilder();
        AnswerEnd end;
        using (CancellationTokenSource stop = beginAnswer())
        {
            end = model.Answer(conversation.Messages, piece =>
            {
                answer.Append(piece);
                write(Terminal.Safe(piece));
            }, stop.Token);
        }
        write("\n");
        if (end == AnswerEnd.Cancelled) write("(stopped)\n");
        if (end == AnswerEnd.Length) write("(the answer ends here: the limit of tokens is reached)\n");
        conversation.Add("assistant", answer.ToString());
    }

    /// <returns>False to end the chat.</returns>
    private bool Command(string text)
    {
        int space = text.IndexOfAny([' ', '\n']);
        string name = space < 0 ? text : text[..space], rest = space < 0 ? "" : text[(space + 1)..].Trim();
        try
        {
            switch (name)
            {
                case "/help" or "/?":
                    write(Help);
                    break;
                case "/system" when rest.Length == 0:
                    write(conversation.System is null ? "(no system prompt)\n" : Terminal.Safe(conversation.System) + "\n");
                    break;
                case "/system":
                    conversation.System = rest;
                    write("(system prompt set)\n");
                    break;
                case "/reset":
                    conversation.Reset();
                    write("(conversation forgotten)\n");
                    break;
                case "/save" or "/load" when rest.Length == 0:
                    write($"({name} needs a file: {name} chat.json)\n");
                    break;
                case "/save":
                    conversation.Save(rest);
                    write($"(saved {conversation.Count} messages in {rest})\n");
                    break;
                case "/load":
                    conversation.Load(rest);
                    write($"(loaded {conversation.Count} messages from {rest})\n");
                    break;
                case "/quit" or "/exit" or "/bye":
                    return false;
                default:
                    write($"(there is no command {Terminal.Safe(name)}; /help lists them)\n");
                    break;
            }
        }
        catch (Exception e) when (e is CliException or IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            write($"({e.Message})\n");
        }
        return true;
    }
}
