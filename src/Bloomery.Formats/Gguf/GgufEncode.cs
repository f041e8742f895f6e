using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Bloomery.Formats.Gguf;

/// <summary>Encodes values as the file has them.</summary>
internal static class GgufEncode
{
    /// <summary>Encodes a value with its type in front.</summary>
    public static ReadOnlyMemory<byte> Value<T>(T value) where T : notnull
    {
        MemoryStream stream = new();
        switch (value)
        {
            case string text: Type(stream, GgufValueType.String); Text(stream, text); break;
            case bool flag: Type(stream, GgufValueType.Bool); stream.WriteByte(flag ? (byte)1 : (byte)0); break;
            case byte number: Number(stream, GgufValueType.UInt8, number); break;
            case sbyte number: Number(stream, GgufValueType.Int8, number); break;
            case ushort number: Number(stream, GgufValueType.UInt16, number); break;
            case short number: Number(stream, GgufValueType.Int16, number); break;
            case uint number: Number(stream, GgufValueType.UInt32, number); break;
            case int number: Number(stream, GgufValueType.Int32, number); break;
            case ulong number: Number(stream, GgufValueType.UInt64, number); break;
            case long number: Number(stream, GgufValueType.Int64, number); break;
            case float number: Number(stream, GgufValueType.Float32, number); break;
            case double number: Number(stream, GgufValueType.Float64, number); break;
            case string[] texts: Texts(stream, texts, texts.Length); break;
            case GgufStrings texts: Texts(stream, texts, texts.Count); break;
            default: Array(stream, value); break;
        }
        return stream.GetBuffer().AsMemory(0, (int)stream.Length);
    }

    /// <summary>Encodes a value that another file holds, byte for byte.</summary>
    public static ReadOnlyMemory<byte> Value(GgufEntry entry, ReadOnlySpan<byte> payload)
    {
        MemoryStream stream = new(payload.Length + 16);
        Type(stream, entry.Type);
        if (entry.Type == GgufValueType.Array)
        {
            Type(stream, entry.Element);
            UInt64(stream, (ulong)entry.Count);
        }
        else if (entry.Type == GgufValueType.String)
        {
            UInt64(stream, (ulong)payload.Length);
        }
        stream.Write(payload);
        return stream.GetBuffer().AsMemory(0, (int)stream.Length);
    }

    public static void UInt32(Stream stream, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    public static void UInt64(Stream stream, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    public static void Text(Stream stream, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        UInt64(stream, (ulong)bytes.Length);
        stream.Write(bytes);
    }

    private static void Type(Stream stream, GgufValueType type) => UInt32(stream, (uint)type);

    private static void Number<T>(Stream stream, GgufValueType type, T value) where T : unmanaged
    {
        Type(stream, type);
        stream.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(ref value)));
    }

    private static void Texts(Stream stream, IEnumerable<string> texts, int count)
    {
        Type(stream, GgufValueType.Array);
        Type(stream, GgufValueType.String);
        UInt64(stream, (ulong)count);
        foreach (string text in texts) Text(stream, text);
    }

    private static void Array<T>(Stream stream, T value) where T : notnull
    {
        // By exact type: to a pattern, an int[] is also a uint[].
        Type type = value.GetType();
        if (type == typeof(bool[])) Numbers(stream, GgufValueType.Bool, (bool[])(object)value);
        else if (type == typeof(byte[])) Numbers(stream, GgufValueType.UInt8, (byte[])(object)value);
        else if (type == typeof(sbyte[])) Numbers(stream, GgufValueType.Int8, (sbyte[])(object)value);
        else if (type == typeof(ushort[])) Numbers(stream, GgufValueType.UInt16, (ushort[])(object)value);
        else if (type == typeof(short[])) Numbers(stream, GgufValueType.Int16, (short[])(object)value);
        else if (type == typeof(uint[])) Numbers(stream, GgufValueType.UInt32, (uint[])(object)value);
        else if (type == typeof(int[])) Numbers(stream, GgufValueType.Int32, (int[])(object)value);
        else if (type == typeof(ulong[])) Numbers(stream, GgufValueType.UInt64, (ulong[])(object)value);
        else if (type == typeof(long[])) Numbers(stream, GgufValueType.Int64, (long[])(object)value);
        else if (type == typeof(float[])) Numbers(stream, GgufValueType.Float32, (float[])(object)value);
        else if (type == typeof(double[])) Numbers(stream, GgufValueType.Float64, (double[])(object)value);
        else throw new NotSupportedException($"GGUF has no value of type {type}.");
    }

    private static void Numbers<T>(Stream stream, GgufValueType element, T[] values) where T : unmanaged
    {
        Type(stream, GgufValueType.Array);
        Type(stream, element);
        UInt64(stream, (ulong)values.Length);
        stream.Write(MemoryMarshal.AsBytes<T>(values));
    }
}
