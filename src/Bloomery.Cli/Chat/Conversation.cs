using System.Text.Json;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Input;
using Bloomery.Formats;
using Bloomery.Formats.ChatTemplates;

namespace Bloomery.Cli.Chat;

/// <summary>The messages of a chat: a system prompt, perhaps, and exchanges of user and assistant.</summary>
internal sealed class Conversation
{
    private const int MaxAnswerReserve = 256;
    private readonly List<ChatMessage> _exchanges = [];

    /// <summary>The system prompt, or null.</summary>
    public string? System { get; set; }

    /// <summary>Messages without the system prompt.</summary>
    public int Count => _exchanges.Count;

    /// <summary>All messages in order.</summary>
    public IReadOnlyList<ChatMessage> Messages => System is null ? [.. _exchanges] : [new ChatMessage("system", System), .. _exchanges];

    /// <summary>Adds what was said.</summary>
    public void Add(string role, string content) => _exchanges.Add(new ChatMessage(role, content));

    /// <summary>Takes the last message back.</summary>
    public void RemoveLast() => _exchanges.RemoveAt(_exchanges.Count - 1);

    /// <summary>Forgets everything but the system prompt.</summary>
    public void Reset() => _exchanges.Clear();

    /// <summary>Drops the oldest exchanges until the prompt leaves room for an answer.</summary>
    /// <returns>How many were dropped; -1 when the last message alone is too long.</returns>
    public int Fit(IChatModel model)
    {
        int limit = model.ContextLength - Math.Min(MaxAnswerReserve, model.ContextLength / 4);
        int dropped = 0;
        while (model.CountTokens(Messages) > limit)
        {
            if (_exchanges.Count <= 1) return -1;
            // An exchange is a user's message and all up to the next one of a user.
            do _exchanges.RemoveAt(0);
            while (_exchanges.Count > 1 && _exchanges[0].Role != "user");
            dropped++;
        }
        return dropped;
    }

    /// <summary>Writes the messages as JSON, as chat APIs take them.</summary>
    public void Save(string path) => AtomicFile.Write(path, stream =>
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = global::System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Write(json);
    });

    /// <summary>Writes <c>{"messages": [{"role", "content"}, ..]}</c>.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("messages");
        foreach (ChatMessage message in Messages)
        {
            json.WriteStartObject();
            json.WriteString("role", message.Role);
            json.WriteString("content", message.Content);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Replaces the conversation by a saved one.</summary>
    /// <exception cref="CliException">The file holds no conversation.</exception>
    public void Load(string path)
    {
        using JsonDocument document = InputFile.Json(path);
        JsonElement root = document.RootElement;
        JsonElement list = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("messages", out JsonElement messages) ? messages : root;
        if (list.ValueKind != JsonValueKind.Array) throw new CliException($"{path}: expected {{\"messages\": [{{\"role\", \"content\"}}, ..]}}");
        ChatMessage[] loaded = [.. list.EnumerateArray().Select((item, i) => Read(item) ?? throw new CliException($"{path}: message {i} has no role and content"))];
        System = loaded.Length > 0 && loaded[0].Role == "system" ? loaded[0].Content : null;
        _exchanges.Clear();
        _exchanges.AddRange(System is null ? loaded : loaded[1..]);
    }

    private static ChatMessage? Read(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object
        && item.TryGetProperty("role", out JsonElement role) && role.ValueKind == JsonValueKind.String
        && item.TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.String
            ? new ChatMessage(role.GetString()!, content.GetString()!)
            : null;
}
