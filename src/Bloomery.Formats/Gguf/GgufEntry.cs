namespace Bloomery.Formats.Gguf;

/// <summary>Where the value of a key lies: the payload without the length or count in front of it.</summary>
/// <param name="Type">The value's type.</param>
/// <param name="Element">The elements' type of an array, else the same as <paramref name="Type"/>.</param>
/// <param name="Count">Elements of an array, else 1.</param>
/// <param name="Start">The payload's first byte, counted from the start of the file.</param>
/// <param name="Length">The payload's size in bytes.</param>
internal readonly record struct GgufEntry(GgufValueType Type, GgufValueType Element, int Count, int Start, int Length)
{
    /// <summary>The type as a message names it: <c>UInt32</c>, <c>array of String</c>.</summary>
    public string Describe() => Type == GgufValueType.Array ? $"array of {Element}" : Type.ToString();

    /// <summary>Bytes of one value of a type of fixed size; 0 for strings and arrays, -1 for what is no type at all.</summary>
    public static int SizeOf(GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 => 8,
        GgufValueType.String or GgufValueType.Array => 0,
        _ => -1,
    };
}
