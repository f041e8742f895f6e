using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Patterns;

/// <summary>
/// Expressions of patterns with anchors anywhere. For each part there are two languages of all that follows: where it begins at the start of the text,
/// and where it begins later. The end is a byte that UTF-8 has no use for, and $ looks ahead at it.
/// </summary>
internal sealed class AnchoredLanguage
{
    private readonly RegexBuilder _builder;
    private readonly RegexNode _end, _notEmpty;

    private AnchoredLanguage(RegexBuilder builder)
    {
        _builder = builder;
        _end = builder.Set(ByteSet.Of(Anchors.End));
        _notEmpty = builder.Concat(builder.Set(ByteSet.All), builder.Full);
    }

    /// <summary>The texts in which the pattern is found.</summary>
    public static RegexNode Build(RegexBuilder builder, PatternNode tree)
    {
        var language = new AnchoredLanguage(builder);
        Both found = language.Build(tree, new Both(builder.Full, builder.Full));
        RegexNode before = builder.Loop(builder.Set(ByteSet.Range(0, Anchors.End - 1)), 1, -1);
        return builder.Ended(builder.Or(found.AtStart, builder.Concat(before, found.Later)));
    }

    private Both Build(PatternNode node, Both then)
    {
        switch (node)
        {
            case PatternNode.Anchor { IsEnd: false }:
                return then with { Later = _builder.Nothing };
            case PatternNode.Anchor:
                return new Both(_builder.And(_end, then.AtStart), _builder.And(_end, then.Later));
            case PatternNode.Sequence s when s.IsZeroWidth:
                for (int i = s.Items.Count - 1; i >= 0; i--) then = Build(s.Items[i], then);
                return then;
            case PatternNode.Alternatives a when a.IsZeroWidth:
                Both[] branches = [.. a.Items.Select(i => Build(i, then))];
                return new Both(_builder.Or([.. branches.Select(b => b.AtStart)]), _builder.Or([.. branches.Select(b => b.Later)]));
            case PatternNode.LookAhead l:
                Both ahead = Build(l.Item, new Both(_builder.Full, _builder.Full));
                return new Both(Look(ahead.AtStart, then.AtStart), Look(ahead.Later, then.Later));
            case PatternNode.Repeat { Min: 0, Max: 1, IsZeroWidth: true } r:
                Both once = Build(r.Item, then);
                return new Both(_builder.Or(once.AtStart, then.AtStart), _builder.Or(once.Later, then.Later));
            default:
                RegexNode simple = PatternLanguage.Simple(_builder, node), later = _builder.Concat(simple, then.Later);
                if (!simple.Nullable) return new Both(later, later);
                return new Both(_builder.Or(then.AtStart, _builder.Concat(_builder.And(simple, _notEmpty), then.Later)), later);
        }

        RegexNode Look(RegexNode ahead, RegexNode rest) => _builder.And(((PatternNode.LookAhead)node).Negative ? _builder.Not(ahead) : ahead, rest);
    }

    private readonly record struct Both(RegexNode AtStart, RegexNode Later);
}
