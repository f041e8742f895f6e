namespace Bloomery.Engine.Grammars.Formulas;

/// <summary>The types of JSON values; integers are numbers with a condition.</summary>
internal enum JsonType
{
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}
