using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Bloomery.Engine.Chat;

/// <summary>The messages of a conversation: a system prompt, perhaps, and exchanges of user and assistant.</summary>
internal sealed class ChatHistory
{
    private const int MostReserved = 256;
    private const string SystemRole = "system", UserRole = "user";
    private readonly List<ChatMessage> _exchanges = [];

    /// <summary>The system prompt, or null.</summary>
    public string? System { get; set; }

    /// <summary>Messages without the system prompt.</summary>
    public int Count => _exchanges.Count;

    /// <summary>All messages in order.</summary>
    public IReadOnlyList<ChatMessage> Messages => System is null ? [.. _exchanges] : [new ChatMessage(SystemRole, System), .. _exchanges];

    /// <summary>Adds what was said.</summary>
    public void Add(ChatMessage message) => _exchanges.Add(message);

    /// <summary>Takes the last message back.</summary>
    public void RemoveLast() => _exchanges.RemoveAt(_exchanges.Count - 1);

    /// <summary>Forgets everything but the system prompt.</summary>
    public void Reset() => _exchanges.Clear();

    /// <summary>Drops the oldest exchanges until the prompt leaves room for an answer.</summary>
    /// <param name="model">Counts tokens.</param>
    /// <param name="options">How the answer is generated.</param>
    /// <param name="dropped">What was dropped.</param>
    /// <returns>False when the last message alone is too long.</returns>
    public bool Fit(IChatModel model, GenerationOptions options, out IReadOnlyList<ChatMessage> dropped)
    {
        int reserve = Math.Min(Math.Min(MostReserved, options.MaxTokens ?? MostReserved), model.ContextLength / 4), gone = 0;
        while (true)
        {
            List<ChatMessage> left = _exchanges[gone..];
            IReadOnlyList<ChatMessage> prompt = System is null ? left : [new ChatMessage(SystemRole, System), .. left];
            if (model.CountTokens(prompt, options) <= model.ContextLength - reserve) break;
            if (left.Count <= 1)
            {
                dropped = [];
                return false;
            }
            // An exchange is a user's message and all up to the next one of a user.
            do gone++;
            while (gone < _exchanges.Count - 1 && _exchanges[gone].Role != UserRole);
        }
        dropped = _exchanges[..gone];
        _exchanges.RemoveRange(0, gone);
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
    /// <exception cref="FormatException">The text holds no conversation; nothing is changed.</exception>
    public void Restore(string text)
    {
        ChatMessage[] loaded = Parse(text);
        System = loaded is [{ Role: SystemRole } first, ..] ? first.Content : null;
        _exchanges.Clear();
        _exchanges.AddRange(System is null ? loaded : loaded[1..]);
    }

    private static ChatMessage[] Parse(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            JsonElement list = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("messages", out JsonElement messages) ? messages : root;
            if (list.ValueKind != JsonValueKind.Array) throw new FormatException("expected {\"messages\": [{\"role\", \"content\"}, ..]}");
            return [.. list.EnumerateArray().Select((item, i) => Read(item) ?? throw new FormatException($"message {i} has no role and content"))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // half of a surrogate pair is the latter
        {
            throw new FormatException($"not JSON: {e.Message}", e);
        }
    }

    private static ChatMessage? Read(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object
        && item.TryGetProperty("role", out JsonElement role) && role.ValueKind == JsonValueKind.String
        && item.TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.String
            ? new ChatMessage(role.GetString()!, content.GetString()!)
            : null;
}
