namespace Bloomery.Engine.Grammars.Regexes;

/// <summary>Whether an automaton can take some character of a range of code points.</summary>
internal static class CodePointSearch
{
    private static readonly (int Low, int High, int Bytes)[] Lengths =
        [(0, 0x7F, 1), (0x80, 0x7FF, 2), (0x800, 0xD7FF, 3), (0xE000, 0xFFFF, 3), (0x10000, 0x10FFFF, 4)];

    public static bool Any(Dfa dfa, int state, int low, int high)
    {
        foreach ((int least, int most, int bytes) in Lengths)
        {
            int from = Math.Max(low, least), to = Math.Min(high, most);
            if (from <= to && Search(dfa, state, from, to, bytes, lead: true)) return true;
        }
        return false;
    }

    private static bool Search(Dfa dfa, int state, int low, int high, int bytes, bool lead)
    {
        int mark = !lead ? 0x80 : bytes switch { 1 => 0, 2 => 0xC0, 3 => 0xE0, _ => 0xF0 };
        int shift = 6 * (bytes - 1), mask = (1 << shift) - 1;
        for (int first = low >> shift; first <= high >> shift; first++)
        {
            int next = dfa.Next(state, (byte)(mark | first));
            if (next < 0) continue;
            if (bytes == 1) return true;
            int from = first == low >> shift ? low & mask : 0, to = first == high >> shift ? high & mask : mask;
            if (Search(dfa, next, from, to, bytes - 1, lead: false)) return true;
        }
        return false;
    }
}
