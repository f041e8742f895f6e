namespace Bloomery.Formats.Tokenizers.SentencePiece;

/// <summary>A growing UTF-8 text that remembers, where asked to, from which code point of the original each byte stems.</summary>
internal sealed class NormalizedText(int capacity, bool withOrigins)
{
    private byte[] _bytes = new byte[Math.Max(16, capacity)];
    private int[] _origins = withOrigins ? new int[Math.Max(16, capacity) + 1] : [];    // one more: the end of the text

    /// <summary>The number of bytes.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes so far.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>The code point that byte <paramref name="index"/> stems from; at <see cref="Length"/>, the end of what was consumed.</summary>
    public int Origin(int index) => _origins[index];

    /// <summary>Appends bytes that all stem from one place.</summary>
    public void Append(ReadOnlySpan<byte> bytes, int origin)
    {
        if (_bytes.Length - Length < bytes.Length) Grow(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        if (withOrigins) _origins.AsSpan(Length, bytes.Length).Fill(origin);
        Length += bytes.Length;
    }

    /// <summary>Says what the end of the text stems from.</summary>
    public void Close(int origin)
    {
        if (withOrigins) _origins[Length] = origin;
    }

    /// <summary>Takes <paramref name="suffix"/> off the end; false if the text does not end so.</summary>
    public bool TryTrimEnd(ReadOnlySpan<byte> suffix, ref int origin)
    {
        if (!Bytes.EndsWith(suffix)) return false;
        Length -= suffix.Length;
        if (withOrigins) origin = _origins[Length];
        return true;
    }

    private void Grow(int more)
    {
        int capacity = Math.Max(checked(Length + more), (int)Math.Min(2L * _bytes.Length, Array.MaxLength - 1));
        Array.Resize(ref _bytes, capacity);
        if (withOrigins) Array.Resize(ref _origins, capacity + 1);
    }
}
