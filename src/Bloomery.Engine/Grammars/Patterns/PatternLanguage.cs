using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Patterns;

/// <summary>
/// Makes an expression of a pattern's tree. What follows is passed along, so that a look-ahead is an intersection with it. Where anchors stand elsewhere
/// than at the ends of the branches, <see cref="AnchoredLanguage"/> does it.
/// </summary>
internal sealed class PatternLanguage
{
    private readonly RegexBuilder _builder;

    private PatternLanguage(RegexBuilder builder) => _builder = builder;

    /// <summary>The texts in which the pattern is found (or, where asked for, those that it matches as a whole).</summary>
    public static RegexNode Build(RegexBuilder builder, string pattern, bool whole = false)
    {
        PatternNode tree = PatternParser.Parse(pattern);
        var plain = new PatternLanguage(builder);
        if (whole && !tree.IsZeroWidth) return plain.Simple(tree);
        if (whole) tree = new PatternNode.Sequence([new PatternNode.Anchor(false), tree, new PatternNode.Anchor(true)]);
        IReadOnlyList<PatternNode> branches = tree is PatternNode.Alternatives a ? a.Items : [tree];
        if (branches.All(IsPlain)) return builder.Or([.. branches.Select(plain.Branch)]);
        return AnchoredLanguage.Build(builder, tree);
    }

    // Anchors, if any, are the first and the last item of the branch: no markers are needed.
    private static bool IsPlain(PatternNode branch)
    {
        IReadOnlyList<PatternNode> items = Items(branch);
        int start = items is [PatternNode.Anchor { IsEnd: false }, ..] ? 1 : 0;
        int end = items.Count > start && items[^1] is PatternNode.Anchor { IsEnd: true } ? items.Count - 1 : items.Count;
        for (int i = start; i < end; i++)
        {
            if (HasAnchor(items[i])) return false;
        }
        return true;
    }

    private static IReadOnlyList<PatternNode> Items(PatternNode node) => node is PatternNode.Sequence s ? s.Items : [node];

    private static bool HasAnchor(PatternNode node) => node switch
    {
        PatternNode.Anchor => true,
        PatternNode.Sequence s => s.Items.Any(HasAnchor),
        PatternNode.Alternatives a => a.Items.Any(HasAnchor),
        PatternNode.Repeat r => HasAnchor(r.Item),
        PatternNode.LookAhead l => !IsPlainLook(l),
        _ => false,
    };

    private static bool IsPlainLook(PatternNode.LookAhead look) =>
        (look.Item is PatternNode.Alternatives a ? a.Items : [look.Item]).All(b => Items(b) is not [PatternNode.Anchor { IsEnd: false }, ..] && IsPlain(b));

    private RegexNode Branch(PatternNode branch)
    {
        List<PatternNode> items = [.. Items(branch)];
        bool start = items is [PatternNode.Anchor { IsEnd: false }, ..];
        if (start) items.RemoveAt(0);
        bool end = items.Count > 0 && items[^1] is PatternNode.Anchor { IsEnd: true };
        if (end) items.RemoveAt(items.Count - 1);
        RegexNode result = Build(new PatternNode.Sequence(items), end ? _builder.Epsilon : _builder.Full);
        return start ? result : _builder.Concat(_builder.Full, result);
    }

    private RegexNode Build(PatternNode node, RegexNode then)
    {
        if (!node.IsZeroWidth) return _builder.Concat(Simple(node), then);
        switch (node)
        {
            case PatternNode.Sequence s:
                for (int i = s.Items.Count - 1; i >= 0; i--) then = Build(s.Items[i], then);
                return then;
            case PatternNode.Alternatives a:
                return _builder.Or([.. a.Items.Select(i => Build(i, then))]);
            case PatternNode.LookAhead l:
                RegexNode ahead = Ahead(l.Item);
                return _builder.And(l.Negative ? _builder.Not(ahead) : ahead, then);
            default:
                return _builder.Concat(Simple(node), then);
        }
    }

    private RegexNode Ahead(PatternNode item) => _builder.Or([.. (item is PatternNode.Alternatives a ? a.Items : [item]).Select(branch =>
    {
        IReadOnlyList<PatternNode> items = Items(branch);
        return items is [.., PatternNode.Anchor { IsEnd: true }]
            ? Build(new PatternNode.Sequence([.. items.Take(items.Count - 1)]), _builder.Epsilon)
            : Build(branch, _builder.Full);
    })]);

    private RegexNode Simple(PatternNode node) => Simple(_builder, node);

    /// <summary>The texts of a pattern that looks at nothing around it.</summary>
    public static RegexNode Simple(RegexBuilder builder, PatternNode node) => node switch
    {
        PatternNode.Characters c => builder.Characters(c.Ranges),
        PatternNode.Sequence s => builder.Concat([.. s.Items.Select(i => Simple(builder, i))]),
        PatternNode.Alternatives a => builder.Or([.. a.Items.Select(i => Simple(builder, i))]),
        PatternNode.Repeat r => builder.Loop(Simple(builder, r.Item), r.Min, r.Max),
        _ => throw new GrammarException("a pattern has an anchor or a look-ahead inside a repetition"),
    };
}
