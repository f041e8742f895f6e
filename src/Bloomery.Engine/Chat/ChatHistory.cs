using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Bloomery.Formats;

namespace Bloomery.Engine.Chat;

/// <summary>The messages of a conversation: a system prompt, perhaps, and exchanges of user and assistant.</summary>
internal sealed class ChatHistory
{
    private const int MostReserved = 256;
    private const string SystemRole = "system", UserRole = "user";
    private readonly List<ChatMessage> _exchanges = []; // locked: they may be read while an answer is computed
    private string? _system;

    /// <summary>The system prompt, or null.</summary>
    public string? System
    {
        get { lock (_exchanges) return _system; }
        set { lock (_exchanges) _system = value; }
    }

    /// <summary>Messages without the system prompt.</summary>
    public int Count
    {
        get { lock (_exchanges) return _exchanges.Count; }
    }

    /// <summary>All messages in order, as they are now.</summary>
    public IReadOnlyList<ChatMessage> Messages
    {
        get { lock (_exchanges) return Behind(_exchanges); }
    }

    /// <summary>Adds what was said; a system message that begins the conversation is the system prompt.</summary>
    public void Add(ChatMessage message)
    {
        lock (_exchanges)
        {
            if (message.Role == SystemRole && _system is null && _exchanges.Count == 0) _system = message.Content;
            else _exchanges.Add(message);
        }
    }

    /// <summary>Takes the last message back.</summary>
    public void RemoveLast()
    {
        lock (_exchanges) _exchanges.RemoveAt(_exchanges.Count - 1);
    }

    /// <summary>Forgets everything but the system prompt.</summary>
    public void Reset()
    {
        lock (_exchanges) _exchanges.Clear();
    }

    /// <summary>Drops the oldest exchanges until the prompt leaves room for an answer.</summary>
    /// <param name="model">Counts tokens.</param>
    /// <param name="options">How the answer is generated.</param>
    /// <param name="dropped">What was dropped.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>False when the last message alone is too long.</returns>
    public bool Fit(IChatModel model, GenerationOptions options, out IReadOnlyList<ChatMessage> dropped, CancellationToken cancellation)
    {
        int reserve = Math.Min(Math.Min(MostReserved, options.MaxTokens ?? MostReserved), model.ContextLength / 4), gone = 0;
        ChatMessage[] all;
        lock (_exchanges) all = [.. _exchanges];
        while (model.CountTokens(Behind(all[gone..]), options, cancellation) > model.ContextLength - reserve)
        {
            if (all.Length - gone <= 1)
            {
                dropped = [];
                return false;
            }
            // An exchange is a user's message and all up to the next one of a user.
            do gone++;
            while (gone < all.Length - 1 && all[gone].Role != UserRole);
        }
        dropped = all[..gone];
        lock (_exchanges) _exchanges.RemoveRange(0, gone);
        return true;
    }

    /// <summary><c>{"messages": [{"role", "content"}, ..]}</c>.</summary>
    public string ToJson()
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) Write(json);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>Writes the same to <paramref name="json"/>.</summary>
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

    /// <summary>Replaces the conversation by one that <see cref="ToJson"/> wrote, or by a list of messages as chat APIs take it.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">Where it is from, for messages.</param>
    /// <exception cref="FormatException">The text holds no conversation; nothing is changed.</exception>
    public void Restore(ReadOnlyMemory<byte> json, string name)
    {
        ChatMessage[] loaded = Parse(json, name);
        lock (_exchanges)
        {
            _system = loaded is [{ Role: SystemRole } first, ..] ? first.Content : null;
            _exchanges.Clear();
            _exchanges.AddRange(_system is null ? loaded : loaded[1..]);
        }
    }

    private IReadOnlyList<ChatMessage> Behind(IReadOnlyList<ChatMessage> exchanges) =>
        System is { } system ? [new ChatMessage(SystemRole, system), .. exchanges] : [.. exchanges];

    private static ChatMessage[] Parse(ReadOnlyMemory<byte> json, string name)
    {
        try
        {
            using JsonDocument document = JsonFile.Parse(json, name);
            JsonElement root = document.RootElement;
            JsonElement list = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("messages", out JsonElement messages) ? messages : root;
            if (list.ValueKind != JsonValueKind.Array)
                throw new FormatException($"{name}: this is no conversation; expected {{\"messages\": [{{\"role\", \"content\"}}, ..]}}");
            return [.. list.EnumerateArray().Select((item, i) =>
                Read(item) ?? throw new FormatException($"{name}: message {i} has no role and content that are text"))];
        }
        catch (ModelFormatException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    private static ChatMessage? Read(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object
        && item.TryGetProperty("role", out JsonElement role) && role.ValueKind == JsonValueKind.String
        && item.TryGetProperty("content", out JsonElement content) && Text(content) is { } text
            ? new ChatMessage(role.GetString()!, text)
            : null;

    /// <summary>A content: a string, or a list of parts as chat APIs write it, where all of them are text.</summary>
    private static string? Text(JsonElement content)
    {
        if (content.ValueKind == JsonValueKind.String) return content.GetString();
        if (content.ValueKind != JsonValueKind.Array) return null;
        string?[] parts = [.. content.EnumerateArray().Select(part =>
            part.ValueKind == JsonValueKind.Object && part.TryGetProperty("type", out JsonElement type) && type.ValueEquals("text")
            && part.TryGetProperty("text", out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null)];
        return parts.Contains(null) ? null : string.Concat(parts);
    }
}
