using Bloomery.Cli.Framework;
using Bloomery.Cli.Output;

namespace Bloomery.Cli.Chat;

/// <summary>The conversation at a terminal: reads a message or a command, streams the answer, and goes on.</summary>
internal sealed class ChatLoop(ChatSession chat, Func<string, string?> read, Action<string> write, Func<CancellationTokenSource> beginAnswer)
{
    private const string Help = """
        /help            this list
        /system [TEXT]   shows or sets the system prompt
        /reset           forgets the conversation
        /save FILE       writes the conversation as JSON
        /load FILE       goes on with a saved conversation
        /quit            ends (so does Ctrl-D)
        Several lines: end a line with \, press Alt-Enter, or paste them.
        Up and Down move in them and, beyond, through earlier messages. Ctrl-C stops an answer.

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
        chat.OnDropped = dropped =>
        {
            int exchanges = Math.Max(1, dropped.Count(message => message.Role == "user"));
            string which = exchanges == 1 ? "exchange was" : $"{exchanges} exchanges were";
            write($"(the context of {chat.ContextLength} tokens is full: the oldest {which} dropped)\n");
        };
        bool stopped = false, limited = false;
        using (CancellationTokenSource stop = beginAnswer())
        {
            try
            {
                limited = chat.Answer(text, piece => write(Terminal.Safe(piece.Text)), stop.Token).FinishReason == FinishReason.Length;
            }
            catch (OperationCanceledException)
            {
                stopped = true;
            }
            catch (ArgumentException e) when (e.ParamName == ChatSession.MessageParameter)
            {
                write($"(this message is too long for the context of {chat.ContextLength} tokens; it was not sent)\n");
                return;
            }
        }
        write("\n");
        if (stopped) write("(stopped)\n");
        if (limited) write("(the answer ends here: the limit of tokens is reached)\n");
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
                    write(chat.System is null ? "(no system prompt)\n" : Terminal.Safe(chat.System) + "\n");
                    break;
                case "/system":
                    chat.System = rest;
                    write("(system prompt set)\n");
                    break;
                case "/reset":
                    chat.Reset();
                    write("(conversation forgotten)\n");
                    break;
                case "/save" or "/load" when rest.Length == 0:
                    write($"({name} needs a file: {name} chat.json)\n");
                    break;
                case "/save":
                    chat.Save(rest);
                    write($"(saved {chat.Count} messages in {rest})\n");
                    break;
                case "/load":
                    chat.Load(rest);
                    write($"(loaded {chat.Count} messages from {rest})\n");
                    break;
                case "/quit" or "/exit" or "/bye":
                    return false;
                default:
                    write($"(there is no command {Terminal.Safe(name)}; /help lists them)\n");
                    break;
            }
        }
        catch (Exception e) when (e is CliException or FormatException or IOException
            or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            write($"({e.Message})\n");
        }
        return true;
    }
}
