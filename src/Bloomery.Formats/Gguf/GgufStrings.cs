using System.Buffers.Binary;
using System.Collections;
using System.Text;

namespace Bloomery.Formats.Gguf;

/// <summary>
/// An array of strings as the file has it: an index of 4 bytes per string, text only when it is asked for. Vocabularies of 250,000 tokens are read this way.
/// </summary>
public sealed class GgufStrings : IReadOnlyList<string>
{
    private readonly ReadOnlyMemory<byte> _payload;
    private readonly int[] _starts;

    /// <summary>Indexes a payload whose lengths have been checked when the file was opened.</summary>
    internal GgufStrings(ReadOnlyMemory<byte> payload, int count)
    {
        _payload = payload;
        _starts = new int[count];
        ReadOnlySpan<byte> bytes = payload.Span;
        for (int i = 0, at = 0; i < count; i++)
        {
            _starts[i] = at;
            at += 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
        }
    }

    /// <inheritdoc/>
    public int Count => _starts.Length;

    /// <summary>String <paramref name="index"/> as text; invalid UTF-8 becomes U+FFFD.</summary>
    public string this[int index] => Encoding.UTF8.GetString(Utf8(index));

    /// <summary>The bytes of string <paramref name="index"/>, without a copy.</summary>
    public ReadOnlySpan<byte> Utf8(int index)
    {
        ReadOnlySpan<byte> bytes = _payload.Span[_starts[index]..];
        return bytes.Slice(8, (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes));
    }

    /// <summary>All strings as text.</summary>
    public string[] ToArray()
    {
        string[] texts = new string[Count];
        for (int i = 0; i < texts.Length; i++) texts[i] = this[i];
        return texts;
    }

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator()
    {
        for (int i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
