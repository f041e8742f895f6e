using System.Buffers.Binary;
using System.Text;
using Bloomery.Formats.Gguf;

namespace Bloomery.Tests.Formats.Gguf;

/// <summary>Builds GGUF files byte by byte, right or wrong, without the code under test.</summary>
internal sealed class GgufBytes
{
    private readonly List<byte> _keys = [], _infos = [], _data = [];
    private ulong _keyCount, _tensorCount;

    public uint Version { get; init; } = 3;

    public int Alignment { get; init; } = 32;

    public ulong? KeyCount { get; init; }

    public ulong? TensorCount { get; init; }

    /// <summary>Adds a key with its value already encoded.</summary>
    public GgufBytes Key(string key, GgufValueType type, params byte[] value)
    {
        _keyCount++;
        _keys.AddRange([.. Text(key), .. U32((uint)type), .. value]);
        return this;
    }

    public GgufBytes Key(string key, string value) => Key(key, GgufValueType.String, Text(value));

    public GgufBytes Key(string key, uint value) => Key(key, GgufValueType.UInt32, U32(value));

    public GgufBytes Key16(string key, ushort value) => Key(key, GgufValueType.UInt16, [.. U32(value)[..2]]);

    public GgufBytes Array(string key, GgufValueType element, ulong count, params byte[] values) =>
        Key(key, GgufValueType.Array, [.. U32((uint)element), .. U64(count), .. values]);

    public GgufBytes Strings(string key, params string[] values) =>
        Array(key, GgufValueType.String, (ulong)values.Length, [.. values.SelectMany(Text)]);

    /// <summary>Adds a tensor's entry; <paramref name="ne"/> is in the file's order, innermost first.</summary>
    public GgufBytes Info(string name, ulong[] ne, uint type, ulong offset, uint? dimensions = null)
    {
        _tensorCount++;
        _infos.AddRange([.. Text(name), .. U32(dimensions ?? (uint)ne.Length), .. ne.SelectMany(U64), .. U32(type), .. U64(offset)]);
        return this;
    }

    /// <summary>Adds a tensor of 32-bit floats with its data.</summary>
    public GgufBytes Floats(string name, ulong[] ne, params float[] values)
    {
        Info(name, ne, 0, (ulong)_data.Count);
        foreach (float value in values) _data.AddRange(U32(BitConverter.SingleToUInt32Bits(value)));
        return Pad(_data);
    }

    public GgufBytes Data(int bytes)
    {
        _data.AddRange(new byte[bytes]);
        return this;
    }

    public byte[] Build(bool padded = true)
    {
        List<byte> file = [.. "GGUF"u8, .. U32(Version), .. U64(TensorCount ?? _tensorCount), .. U64(KeyCount ?? _keyCount), .. _keys, .. _infos];
        if (padded) Pad(file);
        return [.. file, .. _data];
    }

    public static byte[] Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return [.. U64((ulong)bytes.Length), .. bytes];
    }

    public static byte[] U32(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    public static byte[] U64(ulong value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }

    private GgufBytes Pad(List<byte> bytes)
    {
        while (bytes.Count % Alignment != 0) bytes.Add(0);
        return this;
    }
}
