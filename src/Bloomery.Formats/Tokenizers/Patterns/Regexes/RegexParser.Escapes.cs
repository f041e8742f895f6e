using System.Text;

namespace Bloomery.Formats.Tokenizers.Patterns.Regexes;

/// <summary>What stands behind a backslash.</summary>
internal sealed partial class RegexParser
{
    // Further characters of an escape that stands for several, \x{41 42}.
    private readonly Queue<int> _codePoints = [];

    private RegexNode ParseEscape()
    {
        if (AtEnd) throw Error("a lone '\\'");
        int c = _pattern[_at];
        RegexOperation? anchor = c switch
        {
            'A' => RegexOperation.TextStart,
            'z' => RegexOperation.TextEnd,
            'Z' => RegexOperation.TextEndOrNewline,
            'b' => RegexOperation.WordEdge,
            'B' => RegexOperation.NotWordEdge,
            'G' => RegexOperation.SearchStart,
            'K' => RegexOperation.Keep,
            'X' => RegexOperation.Cluster,
            _ => null,
        };
        if (anchor is { } kind)
        {
            _at++;
            return new RegexNode.Anchor(kind);
        }
        switch (c)
        {
            case 'R':
                _at++;
                return NewlineSequence();
            case 'N':
                _at++;
                return AnyCharacter(withNewline: false);
            case 'O':
                _at++;
                return AnyCharacter(withNewline: true);
            case 'k' or 'g' when Next is '<' or '\'':
                return ParseNamedReference(c == 'g');
            case 'y' or 'Y':
                throw Error($"'\\{(char)c}' is not supported");
            case >= '1' and <= '9' when TryParseNumberedReference(out RegexNode? reference):
                return reference!;
        }
        if (!TryParseCodePoint(inClass: false, out int codePoint)) return new RegexNode.Set(ParseSetEscape(inClass: false).Freeze());
        if (_codePoints.Count == 0) return Character(codePoint);
        var parts = new List<RegexNode> { Character(codePoint) };
        while (_codePoints.TryDequeue(out int more)) parts.Add(Character(more));
        return new RegexNode.Sequence(parts);
    }

    private static RegexNode.Atomic NewlineSequence()
    {
        RegexNode one = new RegexNode.Set(new CharSet().Add('\n', '\r').Add(0x85, 0x85).Add(0x2028, 0x2029).Freeze());
        RegexNode two = new RegexNode.Sequence(
            [new RegexNode.Set(new CharSet().Add('\r', '\r').Freeze()), new RegexNode.Set(new CharSet().Add('\n', '\n').Freeze())]);
        return new RegexNode.Atomic(new RegexNode.Choice([two, one]));
    }

    private static RegexNode.Set AnyCharacter(bool withNewline)
    {
        var set = new CharSet { Negated = true };
        if (!withNewline) set.Add('\n', '\n');
        return new RegexNode.Set(set.Freeze());
    }

    private RegexNode.Reference ParseNamedReference(bool isCall)
    {
        int close = _pattern[_at + 1] == '<' ? '>' : '\'';
        int end = Array.IndexOf(_pattern, close, _at + 2);
        if (end < 0) throw Error("a group's name is not closed");
        string name = string.Concat(Array.ConvertAll(_pattern[(_at + 2)..end], char.ConvertFromUtf32));
        _at = end + 1;
        if (int.TryParse(name, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out int number))
        {
            if (name[0] == '-') number += _groups.Count + 1;
            else if (name[0] == '+') number += _groups.Count;
            return Refer("", number, isCall);
        }
        return Refer(name, 0, isCall);
    }

    private bool TryParseNumberedReference(out RegexNode? reference)
    {
        int at = _at, number = 0;
        for (; at < _pattern.Length && _pattern[at] is >= '0' and <= '9' && number < 1000; at++) number = number * 10 + _pattern[at] - '0';
        reference = null;
        if (number > 9 && number > _groups.Count) return false;
        _at = at;
        reference = Refer("", number, isCall: false);
        return true;
    }

    private RegexNode.Reference Refer(string name, int number, bool isCall)
    {
        var reference = new RegexNode.Reference(name, number, isCall, (_flags & Flags.IgnoreCase) != 0);
        _references.Add(reference);
        return reference;
    }

    // A literal character, escaped or by number. Leaves the position alone where the escape is a set.
    private bool TryParseCodePoint(bool inClass, out int codePoint)
    {
        int c = codePoint = _pattern[_at];
        switch (c)
        {
            case 's' or 'S' or 'w' or 'W' or 'd' or 'D' or 'h' or 'H': return false;
            case 'p' or 'P' when Next == '{': return false;
            case 'x' when Next == '{':
                return ParseBraced(16, out codePoint);
            case 'o' when Next == '{':
                return ParseBraced(8, out codePoint);
            case 'x':
                _at++;
                codePoint = ParseBytes();
                return true;
            case 'u':
                _at++;
                codePoint = ParseDigits(16, 4, 4);
                return true;
            case >= '0' and <= '7':
                codePoint = ParseDigits(8, 1, 3);
                if (codePoint > 0xFF) throw Error("an octal number is too large");
                return true;
            case 'c' or 'C' or 'M':
                return ParseControl(out codePoint);
        }
        _at++;
        codePoint = c switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'f' => '\f',
            'v' => '\v',
            'a' => '\a',
            'e' => 0x1B,
            'b' when inClass => '\b',
            _ => c,
        };
        return true;
    }

    private bool ParseBraced(int radix, out int codePoint)
    {
        _at += 2;
        codePoint = ParseDigits(radix, 1, 11);
        while (Current is ' ' or '\n' or '\t')
        {
            while (Current is ' ' or '\n' or '\t') _at++;
            if (Current != '}') _codePoints.Enqueue(ParseDigits(radix, 1, 11));
        }
        if (Current != '}') throw Error("a code point is not closed");
        _at++;
        return true;
    }

    // \xHH is a byte of UTF-8: beyond ASCII several in a row are one character.
    private int ParseBytes()
    {
        Span<byte> utf8 = [(byte)ParseDigits(16, 0, 2), 0, 0, 0];
        int length = utf8[0] < 0xC0 ? 1 : utf8[0] < 0xE0 ? 2 : utf8[0] < 0xF0 ? 3 : 4;
        for (int i = 1; i < length; i++)
        {
            if (Current != '\\' || Next != 'x') throw Error("\\x is a byte of UTF-8, and this character is not complete");
            _at += 2;
            utf8[i] = (byte)ParseDigits(16, 0, 2);
        }
        if (Rune.DecodeFromUtf8(utf8[..length], out Rune rune, out _) != System.Buffers.OperationStatus.Done)
            throw Error("\\x is a byte of UTF-8, and this is none");
        return rune.Value;
    }

    private int ParseDigits(int radix, int least, int most)
    {
        long value = 0;
        int count = 0;
        for (; count < most && Current is >= 0 and < 128 && char.IsAsciiHexDigit((char)Current); count++, _at++)
        {
            int digit = Convert.ToInt32(((char)Current).ToString(), 16);
            if (digit >= radix) break;
            value = Math.Min(value * radix + digit, int.MaxValue);
        }
        if (count < least || !Rune.IsValid((int)value)) throw Error("not a code point");
        return (int)value;
    }

    // \cX, \C-X and \M-X.
    private bool ParseControl(out int codePoint)
    {
        int kind = _pattern[_at++];
        if (kind != 'c')
        {
            if (Current != '-') throw Error($"'\\{(char)kind}' without '-'");
            _at++;
        }
        if (AtEnd) throw Error("an escape is not finished");
        codePoint = _pattern[_at];
        if (codePoint == '\\')
        {
            _at++;
            if (AtEnd || !TryParseCodePoint(inClass: true, out codePoint)) throw Error("an escape is not finished");
        }
        else
        {
            _at++;
        }
        codePoint = kind == 'M' ? codePoint & 0xFF | 0x80 : codePoint == '?' ? 0x7F : codePoint & 0x9F;
        return true;
    }
}
