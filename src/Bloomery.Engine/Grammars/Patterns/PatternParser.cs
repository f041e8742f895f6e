using System.Globalization;
using System.Text;

namespace Bloomery.Engine.Grammars.Patterns;

/// <summary>Parses ECMA 262 patterns as JSON schemas use them. What no automaton can decide is refused by name.</summary>
internal sealed class PatternParser
{
    private const int MostRepetitions = 20_000, DeepestGroup = 100, LongestPattern = 16_384;
    private readonly int[] _text;
    private readonly string _pattern;
    private int _at, _depth;

    private PatternParser(string pattern)
    {
        _pattern = pattern;
        _text = [.. pattern.EnumerateRunes().Select(r => r.Value)];
    }

    /// <summary>The tree of a pattern.</summary>
    public static PatternNode Parse(string pattern)
    {
        if (pattern.Length > LongestPattern) throw new GrammarException($"a pattern of more than {LongestPattern} characters");
        var parser = new PatternParser(pattern);
        PatternNode result = parser.ParseAlternatives();
        if (parser._at < parser._text.Length) throw parser.Error("an unmatched )");
        return result;
    }

    private bool AtEnd => _at == _text.Length;

    private GrammarException Error(string what) => new($"pattern {Quote(_pattern)}: {what} at character {_at}");

    private static string Quote(string text) => text.Length <= 80 ? $"\"{text}\"" : $"\"{text.AsSpan(0, 80)}..\"";

    private bool Take(string literal)
    {
        for (int i = 0; i < literal.Length; i++)
        {
            if (_at + i >= _text.Length || _text[_at + i] != literal[i]) return false;
        }
        _at += literal.Length;
        return true;
    }

    private PatternNode ParseAlternatives()
    {
        if (++_depth > DeepestGroup) throw Error("groups nested too deeply");
        var items = new List<PatternNode> { ParseSequence() };
        while (Take("|")) items.Add(ParseSequence());
        _depth--;
        return items.Count == 1 ? items[0] : new PatternNode.Alternatives(items);
    }

    private PatternNode.Sequence ParseSequence()
    {
        var items = new List<PatternNode>();
        while (!AtEnd && _text[_at] is not ('|' or ')')) items.Add(ParseQuantified());
        return new PatternNode.Sequence(items);
    }

    private PatternNode ParseQuantified()
    {
        PatternNode atom = ParseAtom();
        if (!TryQuantifier(out int min, out int max)) return atom;
        if (atom is PatternNode.Anchor) throw Error("a repeated anchor");
        if (atom.IsZeroWidth && Contains(atom) && (min, max) != (0, 1)) throw Error("a look-ahead inside a repetition");
        Take("?");
        if (!AtEnd && _text[_at] == '+') throw Error("a possessive quantifier");
        return new PatternNode.Repeat(atom, min, max);
    }

    private static bool Contains(PatternNode node) => node switch
    {
        PatternNode.LookAhead => true,
        PatternNode.Sequence s => s.Items.Any(Contains),
        PatternNode.Alternatives a => a.Items.Any(Contains),
        PatternNode.Repeat r => Contains(r.Item),
        _ => false,
    };

    private bool TryQuantifier(out int min, out int max)
    {
        (min, max) = (0, -1);
        if (Take("*")) return true;
        if (Take("+")) return (min = 1) == 1;
        if (Take("?")) return (max = 1) == 1;
        int start = _at;
        if (Take("{") && TryNumber(out min))
        {
            max = min;
            if (Take(",") && !TryNumber(out max)) max = -1;
            if (Take("}"))
            {
                if (max >= 0 && max < min) throw Error("a repetition whose least exceeds its most");
                return true;
            }
        }
        _at = start;
        return false;
    }

    private bool TryNumber(out int value)
    {
        value = 0;
        int start = _at;
        for (; !AtEnd && _text[_at] is >= '0' and <= '9'; _at++)
        {
            value = 10 * value + _text[_at] - '0';
            if (value > MostRepetitions) throw Error($"more than {MostRepetitions} repetitions");
        }
        return _at > start;
    }

    private PatternNode ParseAtom()
    {
        int c = _text[_at];
        if (c == '(') return ParseGroup();
        _at++;
        switch (c)
        {
            case '^': return new PatternNode.Anchor(IsEnd: false);
            case '$': return new PatternNode.Anchor(IsEnd: true);
            case '.': return new PatternNode.Characters(CharacterClasses.Dot);
            case '[': return ParseClass();
            case '\\': return new PatternNode.Characters(ParseEscape(inClass: false));
            case '*' or '+' or '?': throw Error("nothing to repeat");
            default: return new PatternNode.Characters([(c, c)]);
        }
    }

    private PatternNode ParseGroup()
    {
        _at++;
        bool ahead = false, negative = false;
        if (Take("?"))
        {
            if (Take("=")) ahead = true;
            else if (Take("!")) ahead = negative = true;
            else if (Take("<=") || Take("<!")) throw Error("a look-behind");
            else if (Take("<") || Take("P<"))
            {
                while (!AtEnd && _text[_at] != '>') _at++;
                if (!Take(">")) throw Error("a group without a name");
            }
            else if (!Take(":")) throw Error("an unknown kind of group");
        }
        PatternNode inner = ParseAlternatives();
        if (!Take(")")) throw Error("a missing )");
        return ahead ? new PatternNode.LookAhead(inner, negative) : inner;
    }

    private PatternNode.Characters ParseClass()
    {
        bool negative = Take("^");
        var ranges = new List<(int Low, int High)>();
        while (!Take("]"))
        {
            if (AtEnd) throw Error("a missing ]");
            IReadOnlyList<(int Low, int High)> item = ClassItem();
            bool single = item.Count == 1 && item[0].Low == item[0].High;
            if (!AtEnd && _text[_at] == '-' && _at + 1 < _text.Length && _text[_at + 1] != ']')
            {
                _at++;
                IReadOnlyList<(int Low, int High)> end = ClassItem();
                bool range = single && end.Count == 1 && end[0].Low == end[0].High;
                if (range && end[0].Low < item[0].Low) throw Error("a range out of order");
                if (range) ranges.Add((item[0].Low, end[0].Low));
                else ranges.AddRange([.. item, ('-', '-'), .. end]);
            }
            else
            {
                ranges.AddRange(item);
            }
        }
        return new PatternNode.Characters(negative ? CharacterClasses.Complement(ranges) : ranges);
    }

    private IReadOnlyList<(int Low, int High)> ClassItem()
    {
        if (AtEnd) throw Error("a missing ]");
        int c = _text[_at++];
        return c == '\\' ? ParseEscape(inClass: true) : [(c, c)];
    }

    private IReadOnlyList<(int Low, int High)> ParseEscape(bool inClass)
    {
        if (AtEnd) throw Error("a lone backslash");
        int c = _text[_at++];
        switch (c)
        {
            case 'd': return CharacterClasses.Digit;
            case 'D': return CharacterClasses.Complement(CharacterClasses.Digit);
            case 'w': return CharacterClasses.Word;
            case 'W': return CharacterClasses.Complement(CharacterClasses.Word);
            case 's': return CharacterClasses.Space;
            case 'S': return CharacterClasses.Complement(CharacterClasses.Space);
            case 'p' or 'P': return Property(c == 'P');
            case 'b' when inClass: return [('\b', '\b')];
            case 'b' or 'B': throw Error($"the word boundary \\{(char)c}");
            case >= '1' and <= '9' when !inClass: throw Error($"the back-reference \\{(char)c}");
            case 'k': throw Error("a back-reference by name");
            case 'A' or 'Z' or 'z' or 'G': throw Error($"\\{(char)c}, which ECMA patterns do not have (use ^ and $)");
        }
        int code = c switch
        {
            't' => '\t', 'n' => '\n', 'r' => '\r', 'f' => '\f', 'v' => '\v', 'a' => 'a', '0' => 0,
            'x' => Hex(2),
            'u' => Unicode(),
            'c' when !AtEnd => _text[_at++] & 31,
            _ => c,
        };
        return [(code, code)];
    }

    private int Unicode()
    {
        if (Take("{"))
        {
            int start = _at;
            while (!AtEnd && _text[_at] != '}') _at++;
            if (_at - start is 0 or > 6 || !Take("}")) throw Error("a malformed \\u{..}");
            int value = Number(start, _at - 1 - start);
            return value <= 0x10FFFF ? value : throw Error("a code point beyond Unicode");
        }
        int first = Hex(4);
        if (first is < 0xD800 or > 0xDBFF || !Take("\\u")) return first;
        int second = Hex(4);
        return second is >= 0xDC00 and <= 0xDFFF ? char.ConvertToUtf32((char)first, (char)second) : throw Error("half of a surrogate pair");
    }

    private int Hex(int digits)
    {
        if (_at + digits > _text.Length) throw Error("too few hexadecimal digits");
        _at += digits;
        return Number(_at - digits, digits);
    }

    private int Number(int start, int length)
    {
        var text = new StringBuilder();
        for (int i = start; i < start + length; i++) text.Append(new Rune(_text[i]));
        return int.TryParse(text.ToString(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw Error("no hexadecimal number");
    }

    private IReadOnlyList<(int Low, int High)> Property(bool negative)
    {
        int start = _at + 1;
        if (!Take("{")) throw Error("\\p without {");
        while (!AtEnd && _text[_at] != '}') _at++;
        if (!Take("}")) throw Error("\\p without }");
        string name = string.Concat(_text[start..(_at - 1)].Select(char.ConvertFromUtf32));
        IReadOnlyList<(int, int)> ranges = CharacterClasses.Property(name) ?? throw Error($"the unknown character property {name}");
        return negative ? CharacterClasses.Complement(ranges) : ranges;
    }
}
