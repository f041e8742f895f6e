using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Bloomery.Formats.Tokenizers.Json;

/// <summary>A part of a tokenizer.json with its path, for reading with messages that say where and what.</summary>
internal sealed class JsonSection
{
    private readonly JsonElement _element;
    private readonly JsonSection? _parent;
    private readonly string _name;
    private readonly int _index;

    /// <summary>Wraps an element.</summary>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="path">The element's path, for messages.</param>
    /// <param name="element">The element.</param>
    public JsonSection(string file, string path, JsonElement element) => (File, _name, _index, _element) = (file, path, -1, element);

    private JsonSection(JsonSection parent, string name, int index, JsonElement element) =>
        (File, _parent, _name, _index, _element) = (parent.File, parent, name, index, element);

    /// <summary>The file's name.</summary>
    public string File { get; }

    /// <summary>Where this part stands in the file.</summary>
    public string Path => this switch
    {
        { _parent: null } => _name,
        { _index: >= 0 } => $"{_parent.Path}[{_index}]",
        { _parent.Path.Length: 0 } => Clip(_name),
        _ => $"{_parent.Path}.{Clip(_name)}",
    };

    /// <summary>The element.</summary>
    public JsonElement Element => _element;

    /// <summary>The number of elements of an array.</summary>
    public int Length => Expect(JsonValueKind.Array, "an array").GetArrayLength();

    /// <summary>An error about this part.</summary>
    public ModelFormatException Error(string problem, Exception? inner = null) => new(File, Path.Length == 0 ? null : Path, null, problem, inner);

    /// <summary>A member, or null where it is absent or null.</summary>
    public JsonSection? Find(string name)
    {
        Expect(JsonValueKind.Object, "an object");
        return _element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? Child(name, value) : null;
    }

    /// <summary>A member that must be there.</summary>
    public JsonSection Get(string name) => Find(name) ?? throw Error($"'{name}' is missing");

    /// <summary>A text member that must be there.</summary>
    public string Text(string name) => Get(name).AsText();

    /// <summary>A text member, or a default.</summary>
    public string? Text(string name, string? otherwise) => Find(name)?.AsText() ?? otherwise;

    /// <summary>A boolean member, or a default.</summary>
    public bool Flag(string name, bool otherwise) => Find(name)?.AsFlag() ?? otherwise;

    /// <summary>A number that counts something, or a default.</summary>
    public int Count(string name, int otherwise) => Find(name)?.AsCount() ?? otherwise;

    /// <summary>A member that is a single character, or a default.</summary>
    public int CodePoint(string name, int otherwise)
    {
        JsonSection? member = Find(name);
        if (member is null) return otherwise;
        string text = member.AsText();
        if (Rune.DecodeFromUtf16(text, out Rune rune, out int units) == System.Buffers.OperationStatus.Done && units == text.Length) return rune.Value;
        throw member.Error($"'{text}' is not one character");
    }

    /// <summary>This part as text.</summary>
    public string AsText()
    {
        if (!PythonJson.IsText(_element)) throw Unexpected("a string");
        try
        {
            return _element.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw Error("the string is not well-formed", e);
        }
    }

    /// <summary>This part as a boolean.</summary>
    public bool AsFlag() => _element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Unexpected("true or false"),
    };

    /// <summary>This part as a whole number that is not negative.</summary>
    public int AsCount()
    {
        Expect(JsonValueKind.Number, "a number");
        if (!_element.TryGetInt64(out long value) || value is < 0 or > int.MaxValue)
            throw Error($"{Clip(_element.GetRawText())} is not a whole number between 0 and {int.MaxValue}");
        return (int)value;
    }

    /// <summary>This part as a number.</summary>
    public double AsNumber()
    {
        Expect(JsonValueKind.Number, "a number");
        return _element.TryGetDouble(out double value) && double.IsFinite(value) ? value : throw Error("the number is not finite");
    }

    /// <summary>An element of an array.</summary>
    public JsonSection Item(int index) => new(this, "", index, Expect(JsonValueKind.Array, "an array")[index]);

    /// <summary>The elements of an array.</summary>
    public IEnumerable<JsonSection> Items()
    {
        Expect(JsonValueKind.Array, "an array");
        int i = 0;
        foreach (JsonElement item in _element.EnumerateArray()) yield return new JsonSection(this, "", i++, item);
    }

    /// <summary>The members of an object.</summary>
    public IEnumerable<(string Name, JsonSection Value)> Members()
    {
        Expect(JsonValueKind.Object, "an object");
        foreach (JsonProperty property in _element.EnumerateObject())
        {
            string name;
            try
            {
                name = property.Name;
            }
            catch (InvalidOperationException e)
            {
                throw Error("a member's name is not well-formed", e);
            }
            yield return (name, Child(name, property.Value));
        }
    }

    private JsonSection Child(string name, JsonElement value) => new(this, name, -1, value);

    private JsonElement Expect(JsonValueKind kind, string what) => _element.ValueKind == kind ? _element : throw Unexpected(what);

    private ModelFormatException Unexpected(string what) => Error($"expected {what}, found {Clip(PythonJson.Show(_element.GetRawText()))}");

    private static string Clip(string text) => text.Length <= 40 ? text : $"{text[..40]}...";
}
