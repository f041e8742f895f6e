using Bloomery.Formats.ChatTemplates;
using Bloomery.Formats.Tokenizers;

namespace Bloomery;

/// <content>What a model reads of a prompt or a conversation.</content>
public sealed partial class Model
{
    private const string SystemRole = "system";

    /// <summary>The ids of a prompt: through the chat template where the model has one, unless <see cref="GenerationOptions.Raw"/>.</summary>
    public int[] EncodePrompt(string prompt, GenerationOptions? options = null) => EncodePrompt(prompt, options, CancellationToken.None);

    /// <inheritdoc cref="EncodePrompt(string, GenerationOptions?)"/>
    internal int[] EncodePrompt(string prompt, GenerationOptions? options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        _turns.ThrowIfClosed();
        options ??= new GenerationOptions();
        if (options.Raw || FindChatTemplate(options.TemplateName) is null)
            return Tokenizer.EncodeToIds(options.System is null ? prompt : options.System + "\n\n" + prompt,
                new EncodeOptions { AddSpecial = true, Cancellation = cancellation });
        return EncodeChat([new ChatMessage("user", prompt)], options, cancellation);
    }

    /// <summary>The ids of a conversation, with the opening of the model's answer. Special tokens spelled in messages stay text.</summary>
    /// <param name="messages">The conversation; a message of role <c>system</c> may come first.</param>
    /// <param name="options">A system message to put before them, and the chat template's name.</param>
    /// <exception cref="ArgumentException">There are no messages, one has no role or content, or there are two system messages.</exception>
    /// <exception cref="InvalidOperationException">The model has no chat template, or several and no default.</exception>
    /// <exception cref="ChatTemplateException">The template failed, refused the conversation or left a message out.</exception>
    public int[] EncodeChat(IReadOnlyList<ChatMessage> messages, GenerationOptions? options = null) =>
        EncodeChat(messages, options, CancellationToken.None);

    /// <inheritdoc cref="EncodeChat(IReadOnlyList{ChatMessage}, GenerationOptions?)"/>
    internal int[] EncodeChat(IReadOnlyList<ChatMessage> messages, GenerationOptions? options, CancellationToken cancellation)
    {
        CheckMessages(messages, options);
        _turns.ThrowIfClosed();
        ChatTemplate template = FindChatTemplate(options?.TemplateName) ?? throw new InvalidOperationException("the model has no chat template");
        if (options?.System is { } system) messages = [new ChatMessage(SystemRole, system), .. messages];
        cancellation.ThrowIfCancellationRequested();
        RenderedPrompt prompt = template.Render(messages, addGenerationPrompt: true, TokenizerBundle.SpecialTokens);
        TextRange[] plain = [.. prompt.PlainRanges.Select(r => new TextRange(r.Begin, r.End))];
        return Tokenizer.EncodeToIds(prompt.Text, new EncodeOptions { ParseSpecial = true, PlainRanges = plain, Cancellation = cancellation });
    }

    /// <summary>The chat template for a conversation: that of the name, else <c>tool_use</c> where tools are given, else the default.</summary>
    /// <param name="name">The template's name; null: as above.</param>
    /// <param name="withTools">Whether tools are given.</param>
    /// <returns>Null where the model has no chat template.</returns>
    /// <exception cref="InvalidOperationException">The model has several chat templates and no default.</exception>
    /// <exception cref="ArgumentException">The model has no chat template of this name.</exception>
    public ChatTemplate? FindChatTemplate(string? name = null, bool withTools = false) =>
        TokenizerBundle.FindTemplate(name, withTools) is { } source ? Parse(source) : null;

    /// <summary>The messages as they are now, checked: whoever gave them may go on changing their list.</summary>
    private static ChatMessage[] Snapshot(IReadOnlyList<ChatMessage> messages, GenerationOptions? options)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ChatMessage[] taken = [.. messages];
        CheckMessages(taken, options);
        return taken;
    }

    private static void CheckMessages(IReadOnlyList<ChatMessage> messages, GenerationOptions? options)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (messages.Count == 0) throw new ArgumentException("there are no messages to answer", nameof(messages));
        for (int i = 0; i < messages.Count; i++)
        {
            string? problem = messages[i] switch
            {
                null => "is null",
                { Role: null } => "has no Role",
                { Content: null } => "has no Content",
                { Role: SystemRole } when options?.System is not null => "is a system message, and System is given too: give one of them",
                _ => null,
            };
            if (problem is not null) throw new ArgumentException($"messages[{i}] {problem}", nameof(messages));
        }
        if (options?.Raw == true) throw new ArgumentException("Raw is for prompts: messages are put together by the model's chat template", nameof(options));
    }
}
