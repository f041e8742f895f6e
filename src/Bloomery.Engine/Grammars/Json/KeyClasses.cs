using System.Text;
using Bloomery.Engine.Grammars.Formulas;
using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Json;

/// <summary>The names of members as an object's conditions tell them apart: each that is mentioned, and the others by the patterns that they match.</summary>
internal sealed class KeyClasses
{
    private const int MostPatterns = 64, MostSignatures = 256;
    private readonly Residuals _residuals;
    private readonly Residual _residual;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly List<RegexNode> _patterns = [];
    private readonly List<Dfa> _automata = [];
    private RegexNode? _others;
    private List<string>? _allowed;

    public KeyClasses(Residuals residuals, Residual residual)
    {
        (_residuals, _residual) = (residuals, residual);
        var seen = new HashSet<Formula>();
        foreach (Formula formula in residual.Formulas) Collect(formula, seen);
        if (_patterns.Count > MostPatterns) throw new GrammarException($"patternProperties: more than {MostPatterns} patterns for one object");
        foreach (RegexNode pattern in _patterns) _automata.Add(new Dfa(residuals.Regexes, pattern));
    }

    public bool HasPatterns => _patterns.Count > 0;

    public bool IsNamed(string key) => _names.Contains(key);

    /// <summary>Whether names with this signature match a pattern.</summary>
    public bool Matches(ulong signature, RegexNode pattern) => (signature >> _patterns.IndexOf(pattern) & 1) != 0;

    public ulong Signature(ReadOnlySpan<byte> key)
    {
        ulong signature = 0;
        for (int i = 0; i < _automata.Count; i++)
        {
            if (_automata[i].Matches(key)) signature |= 1UL << i;
        }
        return signature;
    }

    public Dfa Build(KeyBits seen)
    {
        RegexBuilder regexes = _residuals.Regexes;
        _allowed ??= [.. _names.Where(n => _residual.Member(n, Signature(Encoding.UTF8.GetBytes(n))) is not null)];
        RegexNode named = regexes.Literals(_allowed.Where(n => !seen.Contains(_residuals.KeyIndex(n))));
        return new Dfa(regexes, regexes.Or(named, _others ??= Others()));
    }

    private RegexNode Others()
    {
        RegexBuilder regexes = _residuals.Regexes;
        RegexNode result = regexes.Nothing;
        foreach ((RegexNode names, ulong signature) in Signatures())
        {
            if (_residual.Member(null, signature) is not null) result = regexes.Or(result, names);
        }
        return regexes.And(regexes.AnyText, result, regexes.Not(regexes.Literals(_names)));
    }

    // Parts all names by one pattern after the other; what no name can be is left out.
    private List<(RegexNode Names, ulong Signature)> Signatures()
    {
        RegexBuilder regexes = _residuals.Regexes;
        List<(RegexNode Names, ulong Signature)> parts = [(regexes.Full, 0)];
        for (int i = 0; i < _patterns.Count; i++)
        {
            var next = new List<(RegexNode, ulong)>();
            foreach ((RegexNode names, ulong signature) in parts)
            {
                RegexNode with = regexes.And(names, _patterns[i]), without = regexes.And(names, regexes.Not(_patterns[i]));
                if (new Dfa(regexes, regexes.And(regexes.AnyText, with)).Start >= 0) next.Add((with, signature | 1UL << i));
                if (new Dfa(regexes, regexes.And(regexes.AnyText, without)).Start >= 0) next.Add((without, signature));
            }
            if (next.Count > MostSignatures) throw new GrammarException("patternProperties: the patterns overlap in too many ways");
            parts = next;
        }
        return parts;
    }

    private void Collect(Formula formula, HashSet<Formula> seen)
    {
        if (!seen.Add(formula)) return;
        Nesting.Check();
        foreach (Formula item in formula.Items) Collect(item, seen);
        switch (formula.Condition)
        {
            case Condition.HasKey has:
                _names.Add(has.Key);
                break;
            case Condition.Members members:
                _names.UnionWith(members.Schemas.Named.Keys);
                foreach ((RegexNode pattern, _) in members.Schemas.Patterns) AddPattern(pattern);
                break;
            case Condition.Names names:
                AddPattern(_residuals.NamePattern(names));
                break;
        }
    }

    private void AddPattern(RegexNode pattern)
    {
        if (!_patterns.Contains(pattern)) _patterns.Add(pattern);
    }
}
