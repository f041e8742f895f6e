using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary>What <c>encode</c> gives.</summary>
internal sealed class BytesValue(byte[] bytes, bool marked) : Value
{
    public byte[] Bytes { get; } = bytes;

    public bool Marked { get; } = marked;

    public override string TypeName => "bytes";

    public override bool IsTrue => Bytes.Length > 0;

    public override int Length => Bytes.Length;

    public override IEnumerator<Value> Iterate(Rendering rendering) =>
        Bytes.Select(static b => (Value)IntValue.Of(b)).GetEnumerator();

    public override Value? Item(Rendering rendering, Value key)
    {
        if (!Numbers.TryInt(key, out System.Numerics.BigInteger index)) return null;
        if (index < 0) index += Bytes.Length;
        return index >= 0 && index < Bytes.Length ? IntValue.Of(Bytes[(int)index]) : null;
    }

    public override Value? Attribute(Rendering rendering, string name) => Builtins.BytesMethods.Find(this, name);

    public override void Repr(MarkedWriter writer)
    {
        char quote = Bytes.Contains((byte)'\'') && !Bytes.Contains((byte)'"') ? '"' : '\'';
        writer.Append('b');
        writer.Append(quote);
        foreach (byte b in Bytes)
        {
            string text = b switch
            {
                (byte)'\\' => "\\\\",
                (byte)'\n' => "\\n",
                (byte)'\r' => "\\r",
                (byte)'\t' => "\\t",
                < 32 or > 126 => $"\\x{b:x2}",
                _ => b == quote ? $"\\{quote}" : ((char)b).ToString(),
            };
            writer.Append(text, Marked);
        }
        writer.Append(quote);
    }
}
