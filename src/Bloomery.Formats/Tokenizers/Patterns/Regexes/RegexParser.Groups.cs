namespace Bloomery.Formats.Tokenizers.Patterns.Regexes;

/// <summary>Parentheses: groups, look-around and switches.</summary>
internal sealed partial class RegexParser
{
    private readonly List<RegexNode.Group> _groups = [];
    private readonly List<RegexNode.Reference> _references = [];

    private RegexNode? ParseGroup()
    {
        if (Current == '*') throw Error("'(*' is not supported");
        if (Current != '?') return ParseCapture("");
        _at++;
        if (AtEnd) throw Error("a group is not closed");
        int kind = _pattern[_at++];
        switch (kind)
        {
            case ':': return Close(ParseChoice());
            case '=': return Close(new RegexNode.Look(ParseChoice(), Behind: false, Negative: false));
            case '!': return Close(new RegexNode.Look(ParseChoice(), Behind: false, Negative: true));
            case '>': return Close(new RegexNode.Atomic(ParseChoice()));
            case '(' or '~' or '{': throw Error($"'(?{(char)kind}' is not supported");
            case '<' when Current is '=' or '!':
                bool negative = _pattern[_at++] == '!';
                return Close(new RegexNode.Look(ParseChoice(), Behind: true, negative));
            case '<' or '\'':
                int end = Array.IndexOf(_pattern, kind == '<' ? '>' : '\'', _at);
                if (end <= _at) throw Error("a group's name is not closed");
                string name = string.Concat(Array.ConvertAll(_pattern[_at..end], char.ConvertFromUtf32));
                _at = end + 1;
                return ParseCapture(name);
            default:
                _at--;
                return ParseFlags();
        }
    }

    private RegexNode ParseCapture(string name)
    {
        var group = new RegexNode.Group(name, _groups.Count + 1);
        _groups.Add(group);
        group.Part = ParseChoice();
        return Close(group);
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

    // Groups without a name are no groups where there are some with one.
    private void Resolve()
    {
        bool named = _groups.Exists(g => g.Name.Length > 0);
        foreach (RegexNode.Reference reference in _references)
        {
            if (reference.Name.Length == 0 && named) throw Error("a group with a name cannot be referred to by number");
            reference.Groups = _groups.FindAll(g => reference.Name.Length > 0 ? g.Name == reference.Name : g.Number == reference.Number);
            if (reference.Groups.Count == 0) throw Error($"there is no group '{(reference.Name.Length > 0 ? reference.Name : reference.Number)}'");
            if (reference is { IsCall: true, Groups.Count: > 1 }) throw Error($"there are several groups '{reference.Name}'");
            if (!reference.IsCall) reference.Groups.ForEach(g => g.IsReferred = true);
        }
    }
}
