namespace Bloomery.Formats.Tokenizers.Patterns.Regexes;

/// <summary>A parsed part of an expression.</summary>
internal abstract record RegexNode
{
    private const int MaxLength = 1 << 20;

    /// <summary>One character of a set.</summary>
    internal sealed record Set(CharSet Chars) : RegexNode;

    /// <summary>A character whose case does not matter; gone before an expression is compiled.</summary>
    internal sealed record Literal(int CodePoint) : RegexNode;

    /// <summary>A group that may be referred to, by name or, if it has none, by number.</summary>
    internal sealed record Group(string Name, int Number) : RegexNode
    {
        /// <summary>What stands in it.</summary>
        public RegexNode Part { get; set; } = new Sequence([]);

        /// <summary>Whether what it takes has to be remembered.</summary>
        public bool IsReferred { get; set; }
    }

    /// <summary>
    /// What a group took, once more (of several groups the last that took something), or with <paramref name="IsCall"/> the group itself, once more.
    /// </summary>
    internal sealed record Reference(string Name, int Number, bool IsCall, bool IgnoreCase) : RegexNode
    {
        /// <summary>The groups meant.</summary>
        public List<Group> Groups { get; set; } = [];
    }

    /// <summary>Parts in a row; none matches the empty text.</summary>
    internal sealed record Sequence(List<RegexNode> Parts) : RegexNode;

    /// <summary>The first alternative that leads to a match.</summary>
    internal sealed record Choice(List<RegexNode> Parts) : RegexNode;

    /// <summary>A repeated part; <paramref name="Max"/> -1 is unbounded.</summary>
    internal sealed record Repeat(RegexNode Part, int Min, int Max, bool Lazy) : RegexNode;

    /// <summary>A part that is not tried another way once it matched.</summary>
    internal sealed record Atomic(RegexNode Part) : RegexNode;

    /// <summary>A part that must (not) match here, or end here, without being taken.</summary>
    internal sealed record Look(RegexNode Part, bool Behind, bool Negative) : RegexNode;

    /// <summary>A condition on the place.</summary>
    internal sealed record Anchor(RegexOperation Kind) : RegexNode;

    /// <summary>Whether the part can match the empty text.</summary>
    public bool IsNullable => this switch
    {
        Set => false,
        Sequence s => s.Parts.TrueForAll(p => p.IsNullable),
        Choice c => c.Parts.Exists(p => p.IsNullable),
        Repeat r => r.Min == 0 || r.Part.IsNullable,
        Atomic a => a.Part.IsNullable,
        Group g => g.Part.IsNullable,
        Anchor { Kind: RegexOperation.Cluster } => false,
        _ => true,
    };

    /// <summary>The number of characters the part takes, or -1 where that differs.</summary>
    public int FixedLength
    {
        get
        {
            switch (this)
            {
                case Set: return 1;
                case Sequence s:
                    int sum = 0;
                    foreach (RegexNode part in s.Parts)
                    {
                        int length = part.FixedLength;
                        if (length < 0) return -1;
                        sum = Math.Min(sum + length, MaxLength);
                    }
                    return sum;
                case Choice c:
                    int first = c.Parts[0].FixedLength;
                    return c.Parts.TrueForAll(p => p.FixedLength == first) ? first : -1;
                case Repeat r: return r.Min == r.Max && r.Part.FixedLength is >= 0 and int one ? (int)Math.Min((long)r.Min * one, MaxLength) : -1;
                case Atomic a: return a.Part.FixedLength;
                case Group g: return g.Part.FixedLength;
                case Reference or Anchor { Kind: RegexOperation.Cluster }: return -1;
                default: return 0;
            }
        }
    }
}
