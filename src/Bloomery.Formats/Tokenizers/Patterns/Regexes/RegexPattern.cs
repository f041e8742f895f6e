using System.Buffers;

namespace Bloomery.Formats.Tokenizers.Patterns.Regexes;

/// <summary>A regular expression in Oniguruma's dialect (as the reference library uses it): code points, nested classes, no catastrophes.</summary>
internal sealed class RegexPattern : SplitPattern
{
    [ThreadStatic] private static RegexMatcher? _matcher;
    private readonly RegexProgram _program;
    private readonly CharSet? _run;
    private readonly int _runLimit;
    private readonly CharSet? _head;
    private readonly CharSet? _lead;

    /// <summary>Compiles <paramref name="expression"/>.</summary>
    /// <exception cref="FormatException">It is malformed, too large, or uses what is not supported; the message says which.</exception>
    public RegexPattern(string expression)
    {
        RegexNode node = RegexParser.Parse(expression);
        _program = RegexCompiler.Compile(node);
        // One class, or a run of one, needs no machine.
        (_run, _runLimit) = node switch
        {
            RegexNode.Set set => (set.Chars, 1),
            RegexNode.Repeat { Part: RegexNode.Set set, Min: 1, Max: -1, Lazy: false } => (set.Chars, int.MaxValue),
            // The same with one character of another class in front, if it is there.
            RegexNode.Sequence { Parts: [RegexNode.Repeat { Part: RegexNode.Set, Min: 0, Max: 1, Lazy: false },
                RegexNode.Repeat { Part: RegexNode.Set set, Min: 1, Max: -1, Lazy: false }] } =>
                (set.Chars, int.MaxValue),
            _ => (null, 0),
        };
        if (node is RegexNode.Sequence { Parts: [RegexNode.Repeat { Part: RegexNode.Set lead }, ..] } && _run is not null) _lead = lead.Chars;
        // Where `x+...` fails at the start of a run of x it fails all through the run: what may follow has been tried at each place.
        if (_program.Code[0] is { Operation: RegexOperation.SetRun, A: 1, B: -1 } first && !_program.RemembersGroups) _head = first.Set;
    }

    /// <inheritdoc/>
    public override bool Find(ReadOnlySpan<char> text, int from, out int begin, out int end)
    {
        if (_run is not null) return FindRun(text, from, out begin, out end);
        RegexMatcher matcher = _matcher ??= new RegexMatcher();
        matcher.BeginSearch();
        for (begin = from; begin <= text.Length; begin++)
        {
            if (begin > 0 && begin < text.Length && char.IsLowSurrogate(text[begin]) && char.IsHighSurrogate(text[begin - 1])) continue;
            end = matcher.Match(_program, text, begin, from, out int kept);
            if (end >= 0)
            {
                begin = kept;
                return true;
            }
            if (end == RegexMatcher.GaveUp) break;
            if (_head is null) continue;
            for (int units; begin + 1 < text.Length && Has(_head, text, begin, out units) && Has(_head, text, begin + units, out _);) begin += units;
        }
        end = begin = Math.Min(begin, text.Length);
        return false;
    }

    private bool FindRun(ReadOnlySpan<char> text, int from, out int begin, out int end)
    {
        begin = end = from;
        for (int units; begin < text.Length; begin += units)
        {
            end = begin;
            if (_lead is not null && Has(_lead, text, begin, out units) && Has(_run!, text, begin + units, out _)) end += units;
            else if (!Has(_run!, text, begin, out units)) continue;
            for (int n = 0; n < _runLimit && Has(_run!, text, end, out int next); n++) end += next;
            return true;
        }
        end = begin;
        return false;
    }

    private static bool Has(CharSet set, ReadOnlySpan<char> text, int at, out int units)
    {
        units = 1;
        if (at >= text.Length) return false;
        bool pair = char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]);
        units = pair ? 2 : 1;
        return set.Contains(pair ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at]);
    }
}
