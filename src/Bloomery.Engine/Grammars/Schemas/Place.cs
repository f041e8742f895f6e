using System.Text.Json;

namespace Bloomery.Engine.Grammars.Schemas;

/// <summary>A schema inside a document: its JSON, the JSON pointer to it, and the address that its references are relative to.</summary>
internal readonly record struct Place(JsonElement Element, string Pointer, Uri Base)
{
    /// <summary>What lies below under a name.</summary>
    public Place Below(string name, JsonElement element) => new(element, $"{Pointer}/{Escape(name)}", Base);

    public Place Below(int index, JsonElement element) => new(element, $"{Pointer}/{index}", Base);

    /// <summary>What messages call it.</summary>
    public string Name => Pointer.Length == 0 ? "#" : "#" + Pointer;

    public static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
