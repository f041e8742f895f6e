using System.Globalization;
using System.Text;
using Bloomery.Formats.Tokenizers.Unicode;

namespace Bloomery.Formats.Tokenizers.Patterns.Regexes;

/// <summary>Reads an expression in Oniguruma's Ruby syntax.</summary>
internal sealed partial class RegexParser
{
    private const int MaxDepth = 64;
    private const int MaxRepeat = 1000;
    private readonly int[] _pattern;
    private int _at, _depth;
    private Flags _flags;

    private RegexParser(string expression)
    {
        var points = new List<int>();
        foreach (Rune rune in expression.EnumerateRunes()) points.Add(rune.Value);
        _pattern = points.ToArray();
    }

    [Flags]
    private enum Flags
    {
        None = 0,
        IgnoreCase = 1,
        DotAll = 2,
        Extended = 4,
    }

    private bool AtEnd => _at >= _pattern.Length;

    private int Current => AtEnd ? -1 : _pattern[_at];

    /// <summary>Parses a whole expression.</summary>
    /// <exception cref="FormatException">It is malformed or uses what is not supported.</exception>
    public static RegexNode Parse(string expression)
    {
        var parser = new RegexParser(expression);
        RegexNode node = parser.ParseChoice();
        return parser.AtEnd ? node : throw parser.Error("')' without '('");
    }

    private FormatException Error(string problem) => new($"{problem} at character {_at} of the expression");

    private RegexNode ParseChoice()
    {
        if (++_depth > MaxDepth) throw Error("groups are nested too deeply");
        Flags outer = _flags;
        var choices = new List<RegexNode> { ParseSequence() };
        while (Current == '|')
        {
            _at++;
            choices.Add(ParseSequence());
        }
        _flags = outer;
        _depth--;
        return choices.Count == 1 ? choices[0] : new RegexNode.Choice(choices);
    }

    private RegexNode ParseSequence()
    {
        var parts = new List<RegexNode>();
        while (!AtEnd && Current is not ('|' or ')'))
        {
            if (SkipsExtended()) continue;
            RegexNode? part = ParseAtom();
            if (part is not null) parts.Add(ParseQuantifiers(part));
        }
        return parts.Count == 1 ? parts[0] : new RegexNode.Sequence(parts);
    }

    private bool SkipsExtended()
    {
        if ((_flags & Flags.Extended) == 0) return false;
        if (Current == '#')
        {
            while (!AtEnd && Current != '\n') _at++;
            return true;
        }
        if (!CharKinds.IsSpace(Current)) return false;
        _at++;
        return true;
    }

    private RegexNode? ParseAtom()
    {
        int c = _pattern[_at++];
        switch (c)
        {
            case '(': return ParseGroup();
            case '[': return Literal(ParseClass());
            case '.':
                var dot = new CharSet();
                if ((_flags & Flags.DotAll) == 0) dot.Add('\n', '\n');
                dot.Negated = true;
                return new RegexNode.Set(dot.Freeze());
            case '^': return new RegexNode.Anchor(RegexOperation.LineStart);
            case '$': return new RegexNode.Anchor(RegexOperation.LineEnd);
            case '\\': return ParseEscape();
            case '*' or '+' or '?':
                _at--;
                throw Error("nothing to repeat");
            default: return Literal(new CharSet().Add(c, c));
        }
    }

    private RegexNode.Set Literal(CharSet set)
    {
        set.IgnoreCase |= (_flags & Flags.IgnoreCase) != 0;
        return new RegexNode.Set(set.Freeze());
    }

    private RegexNode ParseEscape()
    {
        if (AtEnd) throw Error("a lone '\\'");
        RegexOperation? anchor = _pattern[_at] switch
        {
            'A' => RegexOperation.TextStart,
            'z' => RegexOperation.TextEnd,
            'Z' => RegexOperation.TextEndOrNewline,
            'b' => RegexOperation.WordEdge,
            'B' => RegexOperation.NotWordEdge,
            _ => null,
        };
        if (anchor is { } kind)
        {
            _at++;
            return new RegexNode.Anchor(kind);
        }
        if (_pattern[_at] is (>= '1' and <= '9') or 'k' or 'g' or 'G' or 'K' or 'X' or 'R') throw Error($"'\\{(char)_pattern[_at]}' is not supported");
        return Literal(ParseSetEscape());
    }

    private RegexNode ParseQuantifiers(RegexNode part)
    {
        while (!AtEnd)
        {
            int min, max;
            switch (Current)
            {
                case '*': (min, max) = (0, -1); break;
                case '+': (min, max) = (1, -1); break;
                case '?': (min, max) = (0, 1); break;
                case '{' when TryParseCounts(out min, out max): break;
                default: return part;
            }
            bool counted = Current == '{';
            if (counted) _at = Array.IndexOf(_pattern, '}', _at);
            _at++;
            if (max >= 0 && min > max) throw Error("a repetition's bounds are the wrong way round");
            if (min > MaxRepeat || max > MaxRepeat) throw Error($"more than {MaxRepeat} repetitions");
            if (++_depth > MaxDepth) throw Error("repetitions are nested too deeply");
            bool lazy = Current == '?';
            // In this dialect {n,m}+ is a repeated repetition, not a possessive one.
            bool possessive = !counted && Current == '+';
            if (lazy || possessive) _at++;
            part = new RegexNode.Repeat(part, min, max, lazy);
            if (possessive) part = new RegexNode.Atomic(part);
        }
        return part;
    }

    private bool TryParseCounts(out int min, out int max)
    {
        (min, max) = (0, -1);
        int at = _at + 1;
        bool hasMin = Number(ref at, ref min), hasMax = false;
        if (at < _pattern.Length && _pattern[at] == ',')
        {
            at++;
            max = 0;
            hasMax = Number(ref at, ref max);
            if (!hasMax) max = -1;
        }
        else
        {
            max = min;
        }
        return at < _pattern.Length && _pattern[at] == '}' && (hasMin || hasMax);

        bool Number(ref int position, ref int value)
        {
            int start = position;
            while (position < _pattern.Length && _pattern[position] is >= '0' and <= '9')
                value = Math.Min(value * 10 + _pattern[position++] - '0', 100_000);
            return position > start;
        }
    }

    private RegexNode? ParseGroup()
    {
        if (Current != '?') return Close(ParseChoice());
        _at++;
        int kind = Current;
        _at++;
        switch (kind)
        {
            case ':': return Close(ParseChoice());
            case '=': return Close(new RegexNode.Look(ParseChoice(), Behind: false, Negative: false));
            case '!': return Close(new RegexNode.Look(ParseChoice(), Behind: false, Negative: true));
            case '>': return Close(new RegexNode.Atomic(ParseChoice()));
            case '#':
                while (!AtEnd && Current != ')') _at++;
                Close(new RegexNode.Sequence([]));
                return null;
            case '<' when Current is '=' or '!':
                bool negative = _pattern[_at++] == '!';
                return Close(new RegexNode.Look(ParseChoice(), Behind: true, negative));
            case '<' or '\'':
                int close = kind == '<' ? '>' : '\'';
                while (!AtEnd && Current != close) _at++;
                _at++;
                return Close(ParseChoice());
            default:
                _at--;
                return ParseFlags();
        }
    }

    private RegexNode? ParseFlags()
    {
        bool on = true;
        Flags flags = _flags;
        while (!AtEnd && Current is not (')' or ':'))
        {
            Flags flag = Current switch
            {
                '-' => Flags.None,
                'i' => Flags.IgnoreCase,
                'm' => Flags.DotAll,
                'x' => Flags.Extended,
                _ => throw Error($"a group of an unknown kind, '(?{char.ConvertFromUtf32(Current)}'"),
            };
            if (flag == Flags.None) on = false;
            flags = on ? flags | flag : flags & ~flag;
            _at++;
        }
        if (AtEnd) throw Error("a group is not closed");
        if (_pattern[_at++] == ')')
        {
            // As in Ruby, the rest of the enclosing group, alternatives included.
            _flags = flags;
            return ParseChoice();
        }
        Flags outer = _flags;
        _flags = flags;
        RegexNode node = ParseChoice();
        _flags = outer;
        return Close(node);
    }

    private RegexNode Close(RegexNode node)
    {
        if (Current != ')') throw Error("a group is not closed");
        _at++;
        return node;
    }
}
