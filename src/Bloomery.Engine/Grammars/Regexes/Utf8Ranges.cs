namespace Bloomery.Engine.Grammars.Regexes;

/// <summary>Ranges of code points as expressions over the bytes of UTF-8; surrogates are left out.</summary>
internal static class Utf8Ranges
{
    private static readonly (int Low, int High, int Bytes)[] Lengths =
        [(0, 0x7F, 1), (0x80, 0x7FF, 2), (0x800, 0xD7FF, 3), (0xE000, 0xFFFF, 3), (0x10000, 0x10FFFF, 4)];

    public static RegexNode Build(RegexBuilder builder, IReadOnlyList<(int Low, int High)> ranges)
    {
        var parts = new List<RegexNode>();
        foreach ((int low, int high) in ranges)
        {
            foreach ((int least, int most, int bytes) in Lengths)
            {
                int from = Math.Max(low, least), to = Math.Min(high, most);
                if (from <= to) parts.Add(Sequence(builder, from, to, bytes, lead: true));
            }
        }
        return builder.Or([.. parts]);
    }

    // low and high count the payload bits of the remaining bytes; the first byte of a character also carries its length.
    private static RegexNode Sequence(RegexBuilder builder, int low, int high, int bytes, bool lead)
    {
        int mark = !lead ? 0x80 : bytes switch { 1 => 0, 2 => 0xC0, 3 => 0xE0, _ => 0xF0 };
        if (bytes == 1) return builder.Set(ByteSet.Range(mark | low, mark | high));
        int shift = 6 * (bytes - 1), mask = (1 << shift) - 1;
        int first = low >> shift, last = high >> shift;
        if (first == last) return Step(first, first, low & mask, high & mask);
        var parts = new List<RegexNode>();
        if ((low & mask) != 0) parts.Add(Step(first, first++, low & mask, mask));
        RegexNode? tail = null;
        if ((high & mask) != mask) tail = Step(last, last--, 0, high & mask);
        if (first <= last) parts.Add(Step(first, last, 0, mask));
        if (tail is not null) parts.Add(tail);
        return builder.Or([.. parts]);

        RegexNode Step(int from, int to, int lowRest, int highRest) =>
            builder.Concat(builder.Set(ByteSet.Range(mark | from, mark | to)), Sequence(builder, lowRest, highRest, bytes - 1, lead: false));
    }
}
