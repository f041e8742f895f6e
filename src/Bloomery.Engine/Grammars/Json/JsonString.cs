using System.Text;
using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Json;

/// <summary>Reads the inside of a JSON string byte by byte: the automaton sees the characters, however they are spelled.</summary>
internal static class JsonString
{
    private const string Letters = "\"\\/bfnrt", Meanings = "\"\\/\b\f\n\r\t";

    /// <summary>
    /// Whether a byte begins an escape that nobody would write: <c>\u0061</c> where <c>a</c> does, or a backslash that only such an escape can follow.
    /// </summary>
    public static bool IsNeedless(Dfa dfa, in StringState state, byte value) => state.Escape switch
    {
        StringEscape.None => value == '\\' && !HasLetter(dfa, state.State),
        StringEscape.Letter => value is (byte)'u' or (byte)'/',
        _ => false,
    };

    /// <summary>The state after one byte that does not end the string; false where it is not allowed.</summary>
    public static bool TryStep(Dfa dfa, ref StringState state, byte value)
    {
        switch (state.Escape)
        {
            case StringEscape.None when value == '\\':
                state = state with { Escape = StringEscape.Letter };
                return CanEscape(dfa, state.State);
            case StringEscape.None:
                if (value < 0x20) return false;
                state = new StringState(dfa.Next(state.State, value));
                return state.State >= 0;
            case StringEscape.Letter when value == 'u':
                state = state with { Escape = StringEscape.Digits };
                return CanFinish(dfa, state);
            case StringEscape.Letter:
                int letter = Letters.IndexOf((char)value);
                if (letter < 0) return false;
                state = new StringState(dfa.Next(state.State, (byte)Meanings[letter]));
                return state.State >= 0;
            case StringEscape.Digits:
                return TryDigit(dfa, ref state, value);
            case StringEscape.SecondBackslash:
                state = state with { Escape = StringEscape.SecondLetter };
                return value == '\\';
            default:
                state = state with { Escape = StringEscape.Digits };
                return value == 'u';
        }
    }

    private static bool TryDigit(Dfa dfa, ref StringState state, byte value)
    {
        if (!char.IsAsciiHexDigit((char)value)) return false;
        state = state with { Digits = (byte)(state.Digits + 1), Value = (ushort)(state.Value << 4 | Convert.ToInt32(((char)value).ToString(), 16)) };
        if (state.Digits < 4) return CanFinish(dfa, state);
        if (state.High == 0 && char.IsHighSurrogate((char)state.Value))
        {
            state = new StringState(state.State, StringEscape.SecondBackslash, 0, 0, state.Value);
            return CanFinish(dfa, state);
        }
        if (char.IsLowSurrogate((char)state.Value) != (state.High != 0)) return false;
        int code = state.High == 0 ? state.Value : char.ConvertToUtf32((char)state.High, (char)state.Value);
        Span<byte> utf8 = stackalloc byte[4];
        int next = state.State;
        foreach (byte b in utf8[..new Rune(code).EncodeToUtf8(utf8)])
        {
            if (next >= 0) next = dfa.Next(next, b);
        }
        state = new StringState(next);
        return next >= 0;
    }

    private static bool CanEscape(Dfa dfa, int state) => HasLetter(dfa, state) || dfa.CanReach(state, 0, 0x10FFFF);

    // Whether a character may come that is escaped by a letter; a slash needs no escape.
    private static bool HasLetter(Dfa dfa, int state)
    {
        foreach (char meaning in Meanings)
        {
            if (meaning != '/' && dfa.Next(state, (byte)meaning) >= 0) return true;
        }
        return false;
    }

    // Whether some completion of the digits is a character that may come.
    private static bool CanFinish(Dfa dfa, StringState state)
    {
        int shift = 4 * (4 - state.Digits), low = state.Value << shift, high = low | (1 << shift) - 1;
        if (state.High != 0)
        {
            (low, high) = (Math.Max(low, 0xDC00), Math.Min(high, 0xDFFF));
            if (state.Escape != StringEscape.Digits) (low, high) = (0xDC00, 0xDFFF);
            int plane = 0x10000 + (state.High - 0xD800 << 10);
            return low <= high && dfa.CanReach(state.State, plane + low - 0xDC00, plane + high - 0xDC00);
        }
        if (dfa.CanReach(state.State, low, high)) return true;
        (low, high) = (Math.Max(low, 0xD800), Math.Min(high, 0xDBFF));
        return low <= high && dfa.CanReach(state.State, 0x10000 + (low - 0xD800 << 10), 0x10000 + (high - 0xD800 << 10) + 0x3FF);
    }
}
