using System.Globalization;
using System.Text;
using Bloomery.Formats.Tokenizers.Unicode;

namespace Bloomery.Formats.Tokenizers.Patterns.Regexes;

/// <summary>Character classes and the escapes that stand for sets.</summary>
internal sealed partial class RegexParser
{
    private CharSet ParseClass()
    {
        if (++_depth > MaxDepth) throw Error("classes are nested too deeply");
        var set = new CharSet { IgnoreCase = (_flags & Flags.IgnoreCase) != 0 };
        if (Current == '^')
        {
            set.Negated = true;
            _at++;
        }
        CharSet part = set;
        bool first = true;
        while (Current != ']' || first)
        {
            if (AtEnd) throw Error("a class is not closed");
            first = false;
            if (Current == '&' && _at + 1 < _pattern.Length && _pattern[_at + 1] == '&')
            {
                _at += 2;
                part = new CharSet { IgnoreCase = set.IgnoreCase };
                set.Intersect(part);
                continue;
            }
            ParseClassItem(part);
        }
        _at++;
        _depth--;
        return set;
    }

    private void ParseClassItem(CharSet set)
    {
        int c = _pattern[_at++];
        if (c == '[')
        {
            set.Add(Current == ':' && TryParsePosix(out CharSet? posix) ? posix! : ParseClass());
            return;
        }
        int low = c;
        if (c == '\\')
        {
            if (AtEnd) throw Error("a lone '\\'");
            if (!TryParseCodePoint(out low))
            {
                set.Add(ParseSetEscape());
                return;
            }
        }
        int high = low;
        if (Current == '-' && _at + 1 < _pattern.Length && _pattern[_at + 1] is not (']' or '['))
        {
            int rewind = _at++;
            high = _pattern[_at++];
            if (high == '\\' && !TryParseCodePoint(out high)) (_at, high) = (rewind, low);
        }
        if (high < low) throw Error("a range is the wrong way round");
        set.Add(low, high);
    }

    private bool TryParsePosix(out CharSet? set)
    {
        set = null;
        int end = Array.IndexOf(_pattern, ']', _at);
        if (end < 0 || _pattern[end - 1] != ':' || end - 1 <= _at) return false;
        var name = new StringBuilder();
        for (int i = _at + 1; i < end - 1; i++) name.Append(char.ConvertFromUtf32(_pattern[i]));
        bool negated = name.Length > 0 && name[0] == '^';
        set = Property(negated ? name.ToString(1, name.Length - 1) : name.ToString());
        set.Negated = negated;
        _at = end + 1;
        return true;
    }

    // The escape behind a backslash that stands for a set of characters or for a single one.
    private CharSet ParseSetEscape()
    {
        if (TryParseCodePoint(out int codePoint)) return new CharSet().Add(codePoint, codePoint);
        int c = _pattern[_at++];
        switch (c)
        {
            case 's' or 'S': return new CharSet { Negated = c == 'S' }.AddKinds(CharKinds.Space);
            case 'w' or 'W': return new CharSet { Negated = c == 'W' }.AddKinds(CharKinds.Word);
            case 'd' or 'D': return new CharSet { Negated = c == 'D' }.AddCategories(1u << (int)UnicodeCategory.DecimalDigitNumber);
            case 'h' or 'H': return new CharSet { Negated = c == 'H' }.Add('0', '9').Add('a', 'f').Add('A', 'F');
            default:
                _at--;
                return ParseProperty();
        }
    }

    private CharSet ParseProperty()
    {
        bool negated = _pattern[_at++] == 'P';
        string name;
        if (Current == '{')
        {
            int end = Array.IndexOf(_pattern, '}', _at);
            if (end < 0) throw Error("a property is not closed");
            name = string.Concat(Array.ConvertAll(_pattern[(_at + 1)..end], char.ConvertFromUtf32));
            _at = end + 1;
        }
        else
        {
            if (AtEnd) throw Error("a property has no name");
            name = char.ConvertFromUtf32(_pattern[_at++]);
        }
        if (name.StartsWith('^')) (negated, name) = (!negated, name[1..]);
        CharSet set = Property(name);
        set.Negated = negated;
        return set;
    }

    // A literal character, escaped or by number. Leaves the position alone where the escape is a set.
    private bool TryParseCodePoint(out int codePoint)
    {
        int c = codePoint = _pattern[_at];
        switch (c)
        {
            case 's' or 'S' or 'w' or 'W' or 'd' or 'D' or 'h' or 'H' or 'p' or 'P': return false;
            case 'x' or 'u':
                _at++;
                codePoint = ParseHex(c == 'u' ? 4 : 2);
                return true;
            case '0':
                codePoint = 0;
                while (!AtEnd && Current is >= '0' and <= '7' && codePoint < 32) codePoint = codePoint * 8 + _pattern[_at++] - '0';
                return true;
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
            _ => c,
        };
        return true;
    }

    private int ParseHex(int digits)
    {
        bool braces = Current == '{';
        if (braces) (_at, digits) = (_at + 1, 8);
        long value = 0;
        int count = 0;
        for (; count < digits && Current is >= 0 and < 128 && char.IsAsciiHexDigit((char)Current); count++)
            value = value * 16 + Convert.ToInt32(((char)_pattern[_at++]).ToString(), 16);
        if (count == 0 || value > 0x10FFFF) throw Error("not a code point");
        if (!braces) return (int)value;
        if (Current != '}') throw Error("a code point is not closed");
        _at++;
        return (int)value;
    }

    private CharSet Property(string name)
    {
        string key = name.Replace("_", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal)
            .Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
        if (key.StartsWith("script=", StringComparison.Ordinal)) key = key[7..];
        if (Categories.TryGetValue(key, out uint mask)) return new CharSet().AddCategories(mask);
        return key switch
        {
            "space" or "whitespace" => new CharSet().AddKinds(CharKinds.Space),
            "word" => new CharSet().AddKinds(CharKinds.Word),
            "alnum" => new CharSet().AddKinds(CharKinds.Letter).AddCategories(Categories["m"] | Categories["nl"] | Categories["nd"]),
            "alpha" or "alphabetic" => new CharSet().AddKinds(CharKinds.Letter).AddCategories(Categories["m"] | Categories["nl"]),
            "any" => new CharSet().Add(0, 0x10FFFF),
            "ascii" => new CharSet().Add(0, 0x7F),
            "blank" => new CharSet().Add('\t', '\t').AddCategories(Categories["zs"]),
            "xdigit" => new CharSet().Add('0', '9').Add('a', 'f').Add('A', 'F'),
            "punct" => new CharSet().AddCategories(Categories["p"]).Add('$', '$').Add('+', '+').Add('<', '>').Add('^', '^')
                .Add('`', '`').Add('|', '|').Add('~', '~'),
            _ when Scripts.Find(key) is { } ranges => AddAll(new CharSet(), ranges),
            _ => throw Error($"the property '{name}' is not known"),
        };
    }

    private static CharSet AddAll(CharSet set, (int First, int Last)[] ranges)
    {
        foreach ((int first, int last) in ranges) set.Add(first, last);
        return set;
    }

    private static readonly Dictionary<string, uint> Categories = MakeCategories();

    private static Dictionary<string, uint> MakeCategories()
    {
        // In the order of UnicodeCategory.
        string[] names = ["lu", "ll", "lt", "lm", "lo", "mn", "mc", "me", "nd", "nl", "no", "zs", "zl", "zp", "cc", "cf", "cs", "co",
            "pc", "pd", "ps", "pe", "pi", "pf", "po", "sm", "sc", "sk", "so", "cn"];
        var masks = new Dictionary<string, uint>();
        for (int i = 0; i < names.Length; i++)
        {
            masks[names[i]] = 1u << i;
            masks[names[i][..1]] = masks.GetValueOrDefault(names[i][..1]) | 1u << i;
        }
        foreach ((string name, string category) in (ReadOnlySpan<(string, string)>)
            [("letter", "l"), ("mark", "m"), ("number", "n"), ("punctuation", "p"), ("symbol", "s"), ("separator", "z"), ("other", "c"),
             ("upper", "lu"), ("lower", "ll"), ("uppercaseletter", "lu"), ("lowercaseletter", "ll"), ("digit", "nd"), ("cntrl", "cc")])
            masks[name] = masks[category];
        return masks;
    }
}
