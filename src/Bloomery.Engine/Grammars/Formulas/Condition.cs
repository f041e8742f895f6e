using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Formulas;

/// <summary>A condition that one keyword puts on a value. All but <see cref="OfType"/> hold for values of other types than their own.</summary>
internal abstract record Condition(JsonType Type)
{
    /// <summary>The value has the type.</summary>
    internal sealed record OfType(JsonType Type) : Condition(Type);

    /// <summary>
    /// The scalar's spelling (a string's characters) is in a language. What surely is not in it is the other; between them lie
    /// spellings that are never written.
    /// </summary>
    internal sealed record InLanguage(JsonType Type, RegexNode Language, RegexNode Complement) : Condition(Type);

    /// <summary>The object has a member of that name.</summary>
    internal sealed record HasKey(string Key) : Condition(JsonType.Object);

    /// <summary>At least so many members or items follow.</summary>
    internal sealed record AtLeast(JsonType Type, int Count) : Condition(Type);

    /// <summary>Every member that follows fits the schema for its name.</summary>
    internal sealed record Members(MemberSchemas Schemas) : Condition(JsonType.Object);

    /// <summary>Every name that follows fits.</summary>
    internal sealed record Names(SchemaNode Schema) : Condition(JsonType.Object);

    /// <summary>Every item that follows fits the schema for its place, which begins at <paramref name="Offset"/>.</summary>
    internal sealed record Elements(ElementSchemas Schemas, int Offset) : Condition(JsonType.Array);

    /// <summary>At least so many of the items that follow fit.</summary>
    internal sealed record Contains(SchemaNode Schema, int Count) : Condition(JsonType.Array);

    /// <summary>No two items are equal.</summary>
    internal sealed record Unique() : Condition(JsonType.Array);

    /// <summary>The member or item that is being read fits.</summary>
    internal sealed record Child(Formula Formula) : Condition((JsonType)(-1));
}
