using System.Text.Json;
using System.Text.Json.Nodes;
using Bloomery.Formats.ChatTemplates.Builtins;
using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Scoping;
using Bloomery.Formats.ChatTemplates.Syntax;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates;

/// <summary>
/// A chat template: Jinja 2 as the model hubs use it (immutable sandbox, trimmed blocks, loop controls, <c>tojson</c>,
/// <c>raise_exception</c>, <c>strftime_now</c>, <c>generation</c> blocks). Parsed once, it may be rendered by many threads.
/// </summary>
public sealed class ChatTemplate
{
    private const int MaxSource = 4 << 20;

    private readonly ResolvedTemplate _template;

    private ChatTemplate(string name, ResolvedTemplate template)
    {
        Name = name;
        _template = template;
    }

    /// <summary>What the template is called in error messages.</summary>
    public string Name { get; }

    internal IReadOnlyDictionary<string, Block> Blocks => _template.Blocks;

    /// <summary>Reads a template; <paramref name="name"/> is for error messages.</summary>
    /// <exception cref="ChatTemplateException">The source is not a valid template.</exception>
    public static ChatTemplate Parse(string source, string name = "chat template")
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(name);
        if (source.Length > MaxSource)
            throw new ChatTemplateException($"{name}: {source.Length} characters are over the limit of {MaxSource}", ChatTemplateError.Limit);
        try
        {
            return new ChatTemplate(name, Resolver.Resolve(Parser.Parse(source)));
        }
        catch (ChatTemplateException e)
        {
            throw e.At(name, 0);
        }
        catch (InsufficientExecutionStackException)
        {
            throw new ChatTemplateException($"{name}: nested too deep", ChatTemplateError.Limit);
        }
    }

    /// <summary>Renders the template with the properties of a JSON object as variables.</summary>
    /// <exception cref="ChatTemplateException">The template failed, refused its input or ran over a limit.</exception>
    public RenderedPrompt Render(JsonElement variables, RenderOptions? options = null)
    {
        if (variables.ValueKind != JsonValueKind.Object)
            throw new ArgumentException($"the variables must be a JSON object, not {variables.ValueKind}", nameof(variables));
        options ??= new RenderOptions();
        return Render(() => JsonVariables.Read(variables, options), options);
    }

    /// <summary>Renders the template with the properties of a JSON object as variables.</summary>
    /// <exception cref="ChatTemplateException">The template failed, refused its input or ran over a limit.</exception>
    public RenderedPrompt Render(JsonObject variables, RenderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(variables);
        using JsonDocument document = ToDocument(variables);
        return Render(document.RootElement, options);
    }

    /// <summary>
    /// Renders a conversation of plain text messages; a template that reads a message's content only as a list of typed parts is given one.
    /// </summary>
    /// <param name="messages">The conversation, oldest message first.</param>
    /// <param name="addGenerationPrompt">Whether the prompt ends with the opening of the model's answer.</param>
    /// <param name="specialTokens">Further trusted variables, such as <c>bos_token</c>; null for none.</param>
    /// <param name="options">How to render; null for the defaults.</param>
    /// <exception cref="ChatTemplateException">The template failed, refused its input, left a message out or ran over a limit.</exception>
    public RenderedPrompt Render(
        IReadOnlyList<ChatMessage> messages,
        bool addGenerationPrompt = true,
        IReadOnlyDictionary<string, string>? specialTokens = null,
        RenderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        options ??= new RenderOptions();
        return new ConversationRendering(Name, messages, RenderOnce).Run();

        RenderedPrompt RenderOnce(IReadOnlyList<ChatMessage> conversation, bool[] asParts) =>
            Render(() => JsonVariables.Read(conversation, asParts, addGenerationPrompt, specialTokens, options), options);
    }

    private JsonDocument ToDocument(JsonObject variables)
    {
        try
        {
            return JsonSerializer.SerializeToDocument(variables, JsonVariables.NodeOptions);
        }
        catch (JsonException)
        {
            throw new ChatTemplateException($"{Name}: the variables are nested too deep", ChatTemplateError.Limit);
        }
    }

    private RenderedPrompt Render(Func<Dictionary<string, Value>> variables, RenderOptions options)
    {
        Rendering rendering = new(this, options);
        try
        {
            Context context = new(Globals.All, variables());
            MarkedWriter output = new(rendering);
            Frame frame = new(_template.Function.SlotCount, null, context, rendering, output);
            if (_template.Self is not null) frame[_template.Self.Index] = new SelfValue(context);
            _template.Scope.Enter(frame);
            Statement.Run(_template.Body, frame);
            return output.ToPrompt();
        }
        catch (ChatTemplateException e)
        {
            throw e.At(Name, rendering.Line);
        }
        catch (InsufficientExecutionStackException)
        {
            throw new ChatTemplateException($"{Name}, line {rendering.Line}: nested too deep", ChatTemplateError.Limit, rendering.Line);
        }
    }
}
