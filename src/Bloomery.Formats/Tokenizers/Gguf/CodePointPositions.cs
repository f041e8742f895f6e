namespace Bloomery.Formats.Tokenizers.Gguf;

/// <summary>Turns UTF-16 indices of a text into code points.</summary>
internal readonly struct CodePointPositions
{
    private readonly int[]? _positions;     // null: all characters are one unit long

    /// <summary>Indexes a well-formed text.</summary>
    public CodePointPositions(string text)
    {
        int first = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        if (first < 0) return;
        _positions = new int[text.Length + 1];
        for (int i = 0, at = 0; i <= text.Length; i++)
        {
            _positions[i] = at;
            if (i < text.Length && !char.IsHighSurrogate(text[i])) at++;
        }
    }

    /// <summary>The number of code points before a UTF-16 index; between the halves of a pair, before the pair.</summary>
    public int this[int index] => _positions is null ? index : _positions[index];
}
