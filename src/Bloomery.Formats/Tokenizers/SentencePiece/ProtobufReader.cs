using System.Buffers.Binary;

namespace Bloomery.Formats.Tokenizers.SentencePiece;

/// <summary>
/// Walks the fields of one protobuf message without copying: <see cref="Next"/> moves to a field, then exactly one of the
/// readers takes its value (a field that nobody takes is skipped). Every length is checked against the bytes that are there.
/// </summary>
internal ref struct ProtobufReader
{
    private const int Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5;

    private readonly ReadOnlySpan<byte> _data;
    private readonly string _file;
    private readonly long _origin;      // where _data begins in the file
    private int _position;
    private int _wire;
    private bool _pending;

    public ProtobufReader(ReadOnlySpan<byte> data, string file, long origin = 0)
    {
        _data = data;
        _file = file;
        _origin = origin;
    }

    /// <summary>The number of the current field.</summary>
    public int Field { get; private set; }

    /// <summary>Moves to the next field; false at the end of the message.</summary>
    public bool Next()
    {
        if (_pending) Skip();
        if (_position == _data.Length) return false;
        ulong key = ReadVarint();
        if (key >> 3 is 0 or > 0x1FFFFFFF) throw Error($"field number {key >> 3}, expected 1 to 536870911");
        Field = (int)(key >> 3);
        _wire = (int)(key & 7);
        _pending = true;
        return true;
    }

    /// <summary>The current field as a whole number (int32, enum, bool).</summary>
    public int Int32()
    {
        Expect(Varint);
        return unchecked((int)ReadVarint());    // protobuf truncates on purpose: negatives are ten bytes long
    }

    /// <summary>The current field as a truth value.</summary>
    public bool Boolean()
    {
        Expect(Varint);
        return ReadVarint() != 0;
    }

    /// <summary>The current field as a 32-bit float.</summary>
    public float Single()
    {
        Expect(Fixed32);
        return BinaryPrimitives.ReadSingleLittleEndian(Take(4));
    }

    /// <summary>The current field as raw bytes.</summary>
    public ReadOnlySpan<byte> Span()
    {
        Expect(Bytes);
        return TakeDelimited();
    }

    /// <summary>The current field as a message of its own.</summary>
    public ProtobufReader Message()
    {
        Expect(Bytes);
        ReadOnlySpan<byte> body = TakeDelimited();
        return new ProtobufReader(body, _file, _origin + _position - body.Length);
    }

    private void Expect(int wire)
    {
        if (_wire != wire) throw Error($"wire type {_wire} in field {Field}, expected {wire}");
        _pending = false;
    }

    private void Skip()
    {
        _pending = false;
        switch (_wire)
        {
            case Varint: ReadVarint(); break;
            case Fixed64: Take(8); break;
            case Bytes: TakeDelimited(); break;
            case Fixed32: Take(4); break;
            default: throw Error($"wire type {_wire} in field {Field}, expected 0, 1, 2 or 5");
        }
    }

    private ReadOnlySpan<byte> TakeDelimited()
    {
        ulong length = ReadVarint();
        return length <= int.MaxValue ? Take((int)length) : throw TooLong(length);
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _data.Length - _position) throw TooLong((ulong)length);
        ReadOnlySpan<byte> taken = _data.Slice(_position, length);
        _position += length;
        return taken;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if (_position == _data.Length) throw Error("the file ends within a number");
            byte next = _data[_position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }

        throw Error("a number of more than ten bytes");
    }

    private readonly ModelFormatException TooLong(ulong length) =>
        Error($"field {Field} claims {length} bytes where {_data.Length - _position} are left");

    private readonly ModelFormatException Error(string problem) => new(_file, null, _origin + _position, problem);
}
