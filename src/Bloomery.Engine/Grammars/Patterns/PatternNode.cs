namespace Bloomery.Engine.Grammars.Patterns;

/// <summary>A parsed pattern.</summary>
internal abstract record PatternNode
{
    /// <summary>Whether it holds anchors or looks around, so that it depends on what surrounds it.</summary>
    public abstract bool IsZeroWidth { get; }

    /// <summary>One character of ranges of code points.</summary>
    internal sealed record Characters(IReadOnlyList<(int Low, int High)> Ranges) : PatternNode
    {
        public override bool IsZeroWidth => false;
    }

    /// <summary>One after the other.</summary>
    internal sealed record Sequence(IReadOnlyList<PatternNode> Items) : PatternNode
    {
        public override bool IsZeroWidth { get; } = Items.Any(i => i.IsZeroWidth);
    }

    /// <summary>Any of them.</summary>
    internal sealed record Alternatives(IReadOnlyList<PatternNode> Items) : PatternNode
    {
        public override bool IsZeroWidth { get; } = Items.Any(i => i.IsZeroWidth);
    }

    /// <summary>Repeated; Max -1 is without end.</summary>
    internal sealed record Repeat(PatternNode Item, int Min, int Max) : PatternNode
    {
        public override bool IsZeroWidth { get; } = Item.IsZeroWidth;
    }

    /// <summary>The start or the end of the text.</summary>
    internal sealed record Anchor(bool IsEnd) : PatternNode
    {
        public override bool IsZeroWidth => true;
    }

    /// <summary>What must, or must not, follow.</summary>
    internal sealed record LookAhead(PatternNode Item, bool Negative) : PatternNode
    {
        public override bool IsZeroWidth => true;
    }
}
