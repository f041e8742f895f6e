namespace Bloomery.Formats.ChatTemplates;

/// <summary>A chat template that cannot be read, or that failed while it was rendered.</summary>
public sealed class ChatTemplateException : Exception
{
    /// <summary>An error of the given kind; <paramref name="line"/> counts from 1, 0 when unknown.</summary>
    public ChatTemplateException(string message, ChatTemplateError kind = ChatTemplateError.Runtime, int line = 0)
        : base(message)
    {
        Kind = kind;
        Line = line;
    }

    private ChatTemplateException(string message, ChatTemplateException inner, int line)
        : base(message, inner)
    {
        Kind = inner.Kind;
        Line = line;
    }

    /// <summary>What went wrong: the template's text, its run, its own refusal or a limit.</summary>
    public ChatTemplateError Kind { get; }

    /// <summary>The line of the template, counted from 1; 0 when unknown.</summary>
    public int Line { get; }

    /// <summary>The same error with the place in its message; what a template raised itself is left as it said it.</summary>
    internal ChatTemplateException At(string name, int line) => Kind == ChatTemplateError.Raised
        ? this
        : new ChatTemplateException($"{name}, line {(Line > 0 ? Line : line)}: {Message}", this, Line > 0 ? Line : line);
}
