using System.Buffers;

namespace Bloomery.Formats.Tokenizers.Patterns.Regexes;

/// <summary>A regular expression in Oniguruma's dialect (as the reference library uses it): code points, nested classes, no catastrophes.</summary>
public sealed class RegexPattern : SplitPattern
{
    [ThreadStatic] private static RegexMatcher? _matcher;
    private readonly RegexInstruction[] _code;
    private readonly int _registers;
    private readonly CharSet? _run;
    private readonly int _runLimit;

    /// <summary>Compiles <paramref name="expression"/>.</summary>
    /// <exception cref="FormatException">It is malformed, too large, or uses what is not supported; the message says which.</exception>
    public RegexPattern(string expression)
    {
        RegexNode node = RegexParser.Parse(expression);
        (_code, _registers) = RegexCompiler.Compile(node);
        // One class, or a run of one, needs no machine.
        (_run, _runLimit) = node switch
        {
            RegexNode.Set set => (set.Chars, 1),
            RegexNode.Repeat { Part: RegexNode.Set set, Min: 1, Max: -1, Lazy: false } => (set.Chars, int.MaxValue),
            _ => (null, 0),
        };
    }

    /// <inheritdoc/>
    public override bool Find(ReadOnlySpan<char> text, int from, out int begin, out int end)
    {
        if (_run is not null) return FindRun(text, from, out begin, out end);
        RegexMatcher matcher = _matcher ??= new RegexMatcher();
        for (begin = from; begin <= text.Length; begin++)
        {
            if (begin > 0 && begin < text.Length && char.IsLowSurrogate(text[begin]) && char.IsHighSurrogate(text[begin - 1])) continue;
            end = matcher.Match(_code, _registers, text, begin);
            if (end >= 0) return true;
        }
        end = begin;
        return false;
    }

    private bool FindRun(ReadOnlySpan<char> text, int from, out int begin, out int end)
    {
        int units;
        for (begin = from; begin < text.Length && !Has(text, begin, out units); begin += units) { }
        end = begin;
        for (int n = 0; n < _runLimit && end < text.Length && Has(text, end, out units); n++) end += units;
        return end > begin;
    }

    private bool Has(ReadOnlySpan<char> text, int at, out int units)
    {
        bool pair = char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]);
        units = pair ? 2 : 1;
        return _run!.Contains(pair ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at]);
    }
}
