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
    private readonly CaseUnfolder _unfolder = new();
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

    private int Next => _at + 1 < _pattern.Length ? _pattern[_at + 1] : -1;

    /// <summary>Parses a whole expression.</summary>
    /// <exception cref="FormatException">It is malformed or uses what is not supported.</exception>
    public static RegexNode Parse(string expression)
    {
        var parser = new RegexParser(expression);
        RegexNode node = parser.ParseChoice();
        if (!parser.AtEnd) throw parser.Error("')' without '('");
        parser.Resolve();
        return node;
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
            if (Skips()) continue;
            RegexNode? part = ParseAtom();
            if (part is not null) parts.Add(ParseQuantifiers(part));
        }
        parts = _unfolder.Unfold(parts);
        return parts.Count == 1 ? parts[0] : new RegexNode.Sequence(parts);
    }

    // Comments, and in the extended form spaces.
    private bool Skips()
    {
        if (Current == '(' && Next == '?' && _at + 2 < _pattern.Length && _pattern[_at + 2] == '#')
        {
            for (_at += 3; !AtEnd && Current != ')'; _at++)
                if (Current == '\\') _at++;
            if (AtEnd) throw Error("a comment is not closed");
            _at++;
            return true;
        }
        if ((_flags & Flags.Extended) == 0) return false;
        if (Current == '#')
        {
            while (!AtEnd && Current != '\n') _at++;
            return true;
        }
        if (Current is not (' ' or '\t' or '\n' or '\r' or '\f')) return false;
        _at++;
        return true;
    }

    private RegexNode? ParseAtom()
    {
        int c = _pattern[_at++];
        switch (c)
        {
            case '(': return ParseGroup();
            case '[': return ClassOf(ParseClass());
            case '.': return AnyCharacter(withNewline: (_flags & Flags.DotAll) != 0);
            case '^': return new RegexNode.Anchor(RegexOperation.LineStart);
            case '$': return new RegexNode.Anchor(RegexOperation.LineEnd);
            case '\\': return ParseEscape();
            case '*' or '+' or '?':
            case '{' when IsInterval(_at - 1):
                _at--;
                throw Error("nothing to repeat");
            default: return Character(c);
        }
    }

    private RegexNode Character(int codePoint) => (_flags & Flags.IgnoreCase) != 0
        ? new RegexNode.Literal(codePoint)
        : new RegexNode.Set(new CharSet().Add(codePoint, codePoint).Freeze());

    private RegexNode ClassOf(CharSet set)
    {
        set.IgnoreCase = (_flags & Flags.IgnoreCase) != 0;
        var one = new RegexNode.Set(set.Freeze());
        RegexNode? strings = set.IgnoreCase && !set.Negated ? _unfolder.Strings(set) : null;
        return strings is null ? one : new RegexNode.Choice([one, strings]);
    }

    private RegexNode ParseQuantifiers(RegexNode part)
    {
        while (!AtEnd)
        {
            if (Skips()) continue;
            int min, max, end = _at;
            switch (Current)
            {
                case '*': (min, max) = (0, -1); break;
                case '+': (min, max) = (1, -1); break;
                case '?': (min, max) = (0, 1); break;
                case '{' when TryParseCounts(_at, out min, out max, out end): break;
                default: return part;
            }
            bool counted = Current == '{';
            _at = end + 1;
            if (min > MaxRepeat || max > MaxRepeat) throw Error($"more than {MaxRepeat} repetitions");
            if (++_depth > MaxDepth) throw Error("repetitions are nested too deeply");
            // In this dialect {n}? is an optional repetition, {n,m}+ a repeated one, and {m,n} with m > n is possessive.
            bool swapped = max >= 0 && min > max;
            if (swapped) (min, max) = (max, min);
            bool lazy = Current == '?' && !swapped && !(counted && IsFixed(end));
            bool possessive = swapped || (!counted && Current == '+');
            if (lazy || (possessive && !swapped)) _at++;
            if (part is RegexNode.Literal literal) part = _unfolder.Unfold(literal);
            part = new RegexNode.Repeat(part, min, max, lazy);
            if (possessive) part = new RegexNode.Atomic(part);
        }
        return part;
    }

    // Whether the interval that ends here has no comma.
    private bool IsFixed(int end)
    {
        while (_pattern[--end] != '{')
            if (_pattern[end] == ',') return false;
        return true;
    }

    private bool IsInterval(int at) => TryParseCounts(at, out _, out _, out _);

    private bool TryParseCounts(int brace, out int min, out int max, out int end)
    {
        (min, max) = (0, -1);
        int at = brace + 1;
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
            max = hasMin ? min : -1;
        }
        end = at;
        return at < _pattern.Length && _pattern[at] == '}' && (hasMin || hasMax);

        bool Number(ref int position, ref int value)
        {
            int start = position;
            while (position < _pattern.Length && _pattern[position] is >= '0' and <= '9')
                value = Math.Min(value * 10 + _pattern[position++] - '0', 100_000);
            return position > start;
        }
    }
}
