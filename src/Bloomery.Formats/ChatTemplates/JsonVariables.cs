using System.Collections.Frozen;
using System.Numerics;
using System.Text.Json;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates;

/// <summary>Turns what a request says into the variables of a template, with the conventions of chats.</summary>
internal static class JsonVariables
{
    public static readonly JsonSerializerOptions NodeOptions =
        new() { MaxDepth = MaxDepth, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const int MaxDepth = 128;

    /// <summary>
    /// Roles that templates put inside control tokens (<c>&lt;|user|&gt;</c>); other roles are request data like any text.
    /// </summary>
    private static readonly FrozenSet<string> KnownRoles =
        FrozenSet.ToFrozenSet(
            ["system", "developer", "user", "assistant", "model", "tool", "tool_response", "function", "ipython", "environment", "observation", "context",
                "documents"]);

    private static readonly string[] ReasoningNames = ["reasoning_content", "thinking", "reasoning"];

    public static Dictionary<string, Value> Read(JsonElement variables, RenderOptions options)
    {
        Dictionary<string, Value> values = [];
        foreach (JsonProperty property in variables.EnumerateObject())
        {
            bool marked = !options.Trusts(property.Name);
            bool isChat = property.Name == "messages" && property.Value.ValueKind == JsonValueKind.Array;
            values[property.Name] = isChat ? Messages(property.Value, marked, options) : Convert(property.Value, marked);
        }
        AddConventions(values, options);
        return values;
    }

    public static Dictionary<string, Value> Read(
        IReadOnlyList<ChatMessage> messages, bool[] asParts, bool addGenerationPrompt, IReadOnlyDictionary<string, string>? specialTokens,
        RenderOptions options)
    {
        Dictionary<string, Value> values = [];
        foreach ((string name, string text) in specialTokens ?? FrozenDictionary<string, string>.Empty) values[name] = new TextValue(text);
        Value[] list = new Value[messages.Count];
        for (int i = 0; i < list.Length; i++)
        {
            DictValue message = new();
            message.Set(new TextValue("role"), Role(messages[i].Role));
            message.Set(new TextValue("content"), asParts[i] ? Parts(messages[i].Content) : TextValue.Marked(messages[i].Content));
            list[i] = message;
        }
        values["messages"] = new ListValue(list);
        values["add_generation_prompt"] = BoolValue.Of(addGenerationPrompt);
        AddConventions(values, options);
        return values;
    }

    private static ListValue Parts(string content)
    {
        DictValue part = new();
        part.Set(new TextValue("type"), new TextValue("text"));
        part.Set(new TextValue("text"), TextValue.Marked(content));
        return new ListValue([part]);
    }

    private static void AddConventions(Dictionary<string, Value> values, RenderOptions options)
    {
        if (options.Plain) return;
        values.TryAdd("tools", NoneValue.Instance);
        values.TryAdd("documents", NoneValue.Instance);
    }

    private static ListValue Messages(JsonElement messages, bool marked, RenderOptions options)
    {
        List<Value> list = new(messages.GetArrayLength());
        foreach (JsonElement message in messages.EnumerateArray())
        {
            Value value = Convert(message, marked);
            if (value is DictValue dict)
            {
                if (dict.Get("role") is TextValue role) dict.Set(new TextValue("role"), marked ? Role(role.Text) : role);
                if (!options.Plain) AliasReasoning(dict);
            }
            list.Add(value);
        }
        return new ListValue(list);
    }

    /// <summary>The first of the names for reasoning that a message has, also under the names that templates look for.</summary>
    private static void AliasReasoning(DictValue message)
    {
        foreach (string name in ReasoningNames)
        {
            if (message.Get(name) is not { } reasoning) continue;
            message.Set(new TextValue("reasoning_content"), reasoning);
            if (message.Get("thinking") is null) message.Set(new TextValue("thinking"), reasoning);
            return;
        }
    }

    private static TextValue Role(string role) => KnownRoles.Contains(role) ? new TextValue(role) : TextValue.Marked(role);

    private static Value Convert(JsonElement element, bool marked)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                string text = Text(element);
                if (text == PythonJson.NotANumber) return new FloatValue(double.NaN);
                return marked ? TextValue.Marked(text) : new TextValue(text);
            case JsonValueKind.Number:
                return Number(element.GetRawText());
            case JsonValueKind.True:
                return BoolValue.True;
            case JsonValueKind.False:
                return BoolValue.False;
            case JsonValueKind.Array:
                Value[] items = new Value[element.GetArrayLength()];
                int count = 0;
                foreach (JsonElement item in element.EnumerateArray()) items[count++] = Convert(item, marked);
                return new ListValue(items);
            case JsonValueKind.Object:
                DictValue dict = new();
                foreach (JsonProperty property in element.EnumerateObject())
                    dict.Set(marked ? TextValue.Marked(property.Name) : new TextValue(property.Name), Convert(property.Value, marked));
                return dict;
            default:
                return NoneValue.Instance;
        }
    }

    private static string Text(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new ChatTemplateException("a string in the variables holds half of a surrogate pair");
        }
    }

    private static Value Number(string text)
    {
        if (text.AsSpan().IndexOfAny('.', 'e', 'E') < 0)
        {
            return Numbers.TryParseInt(text, 10, out BigInteger integer)
                ? IntValue.Of(integer)
                : throw new ChatTemplateException("an integer in the variables is too long", ChatTemplateError.Limit);
        }
        return Numbers.TryParseFloat(text, out double number)
            ? new FloatValue(number)
            : throw new ChatTemplateException("a number in the variables cannot be read", ChatTemplateError.Runtime);
    }
}
