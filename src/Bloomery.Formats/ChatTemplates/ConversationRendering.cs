using System.Text;

namespace Bloomery.Formats.ChatTemplates;

/// <summary>
/// Renders plain text messages so that none of what they say is lost: some templates read the content of a message as text, some only as a list
/// of typed parts, and Jinja passes over what is of the other form without a word. Where text of the conversation does not arrive, marked
/// messages show which form each is read in.
/// </summary>
/// <param name="name">What the template is called.</param>
/// <param name="messages">The conversation.</param>
/// <param name="render">Renders messages, those that are so marked as typed parts.</param>
internal sealed class ConversationRendering(
    string name, IReadOnlyList<ChatMessage> messages, Func<IReadOnlyList<ChatMessage>, bool[], RenderedPrompt> render)
{
    private readonly bool[] _asParts = new bool[messages.Count];
    private readonly string[] _markers = [.. Enumerable.Range(0, messages.Count).Select(i => $"q{i:D5}z")];

    /// <summary>The prompt.</summary>
    /// <exception cref="ChatTemplateException">The template fails, refuses the conversation or leaves a message out.</exception>
    public RenderedPrompt Run()
    {
        RenderedPrompt? prompt = Try(messages, out ChatTemplateException? failure);
        if (prompt is not null && Says(prompt)) return prompt;

        ChatMessage[] marked = [.. messages.Select((m, i) => HasText(i) ? m with { Content = _markers[i] } : m)];
        List<int> missing = Missing(Try(marked, out _));
        // Then the template takes away on purpose, such as the thoughts of earlier answers, or refuses this very text.
        if (missing.Count == 0) return prompt ?? throw failure!;

        foreach (int i in missing) _asParts[i] = true;
        GiveSilentMessagesTheirForm();
        missing = Missing(Try(marked, out _));
        if (missing.Count > 0 && missing.Count < messages.Count)
        {
            foreach (int i in missing) _asParts[i] = false;
            missing = Missing(Try(marked, out _));
        }
        if (missing.Count == 0) return render(messages, _asParts);
        throw failure ?? new ChatTemplateException(
            $"{name}: leaves out message {missing[0] + 1} of {messages.Count} ({messages[missing[0]].Role}), as text and as a list of parts; use another "
            + "template, or go without that message");
    }

    private bool HasText(int message) => !string.IsNullOrWhiteSpace(messages[message].Content);

    /// <summary>Null where the template cannot take the messages in these forms.</summary>
    private RenderedPrompt? Try(IReadOnlyList<ChatMessage> conversation, out ChatTemplateException? failure)
    {
        failure = null;
        try
        {
            return render(conversation, _asParts);
        }
        catch (ChatTemplateException e) when (e.Kind is ChatTemplateError.Runtime or ChatTemplateError.Raised)
        {
            failure = e;
            return null;
        }
    }

    /// <summary>Whether all messages are there word by word, one behind the other; what is true of most prompts and quickly found out.</summary>
    private bool Says(RenderedPrompt prompt)
    {
        var said = new StringBuilder();
        foreach ((int begin, int end) in prompt.PlainRanges) said.Append(prompt.Text, begin, end - begin).Append('\0');
        string text = said.ToString();
        int at = 0;
        foreach (ChatMessage message in messages)
        {
            string content = message.Content.Trim();
            int found = text.IndexOf(content, at, StringComparison.Ordinal);
            if (found < 0) return false;
            at = found + content.Length;
        }
        return true;
    }

    private List<int> Missing(RenderedPrompt? prompt) =>
        [.. Enumerable.Range(0, messages.Count).Where(i => HasText(i) && (prompt is null || !Arrives(prompt.Text, _markers[i])))];

    /// <summary>Whether a marker stands in a text, other than within a list that was printed as such.</summary>
    private static bool Arrives(string text, string marker)
    {
        int at = text.IndexOf(marker, StringComparison.OrdinalIgnoreCase);
        if (at < 0) return false;
        ReadOnlySpan<char> before = text.AsSpan(0, at);
        return !before.EndsWith("'text': '", StringComparison.Ordinal) && !before.EndsWith("\"text\": \"", StringComparison.Ordinal)
            && !before.EndsWith("\"text\":\"", StringComparison.Ordinal);
    }

    /// <summary>An empty message has no marker; it comes in the form of its role's others.</summary>
    private void GiveSilentMessagesTheirForm()
    {
        bool any = _asParts.Contains(true);
        for (int i = 0; i < messages.Count; i++)
        {
            if (HasText(i)) continue;
            int[] others = [.. Enumerable.Range(0, messages.Count).Where(j => HasText(j) && messages[j].Role == messages[i].Role)];
            _asParts[i] = others.Length == 0 ? any : others.Any(j => _asParts[j]);
        }
    }
}
