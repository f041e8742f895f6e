using System.Text;

namespace Bloomery.Engine.Grammars.Regexes;

/// <summary>Makes expressions, hash-consed and simplified, and takes their derivatives. The number of nodes is bounded.</summary>
internal sealed class RegexBuilder
{
    private const int MostNodes = 400_000;
    private readonly Dictionary<RegexKey, RegexNode> _nodes = [];
    private readonly Dictionary<long, RegexNode> _derivatives = [];

    public RegexBuilder()
    {
        Nothing = Make(RegexKind.Nothing, []);
        Epsilon = Make(RegexKind.Epsilon, [], nullable: true);
        Full = Make(RegexKind.Not, [Nothing], nullable: true);
        AnyCharacter = Characters([(0, 0x10FFFF)]);
        AnyText = Star(AnyCharacter);
    }

    /// <summary>No text.</summary>
    public RegexNode Nothing { get; }

    /// <summary>The empty text.</summary>
    public RegexNode Epsilon { get; }

    /// <summary>Every sequence of bytes.</summary>
    public RegexNode Full { get; }

    /// <summary>One character in UTF-8.</summary>
    public RegexNode AnyCharacter { get; }

    /// <summary>Every text in UTF-8.</summary>
    public RegexNode AnyText { get; }

    public RegexNode Set(ByteSet set) => set.IsEmpty ? Nothing : Make(RegexKind.Set, [], set);

    public RegexNode Characters(IReadOnlyList<(int Low, int High)> ranges)
    {
        RegexNode result = Utf8Ranges.Build(this, ranges);
        result.IsText = true;
        return result;
    }

    public RegexNode Literal(string text) => Literal(Encoding.UTF8.GetBytes(text));

    public RegexNode Literal(ReadOnlySpan<byte> bytes)
    {
        RegexNode result = Epsilon;
        for (int i = bytes.Length - 1; i >= 0; i--) result = Concat(Set(ByteSet.Of(bytes[i])), result);
        return result;
    }

    /// <summary>Any of these texts; one automaton, however many they are.</summary>
    public RegexNode Literals(IEnumerable<string> texts) => new LiteralSet(texts) is { IsEmpty: false } set ? Machine(set, 0) : Nothing;

    public RegexNode Machine(IMachine machine, int state) =>
        state < 0 ? Nothing : Make(RegexKind.Machine, [], min: state, machine: machine, nullable: machine.Accepts(state));

    public RegexNode Concat(params ReadOnlySpan<RegexNode> items)
    {
        RegexNode result = Epsilon;
        for (int i = items.Length - 1; i >= 0; i--) result = Concat(items[i], result);
        return result;
    }

    public RegexNode Concat(RegexNode first, RegexNode second)
    {
        if (first == Nothing || second == Nothing) return Nothing;
        if (first == Epsilon) return second;
        if (second == Epsilon) return first;
        if (first == Full && second == Full) return Full;
        Nesting.Check();
        if (first.Kind == RegexKind.Concat) return Concat(first.Items[0], Concat(first.Items[1], second));
        return Make(RegexKind.Concat, [first, second], nullable: first.Nullable && second.Nullable);
    }

    public RegexNode Star(RegexNode item) => Loop(item, 0, -1);

    public RegexNode Loop(RegexNode item, int min, int max)
    {
        if (max == 0 || item == Epsilon) return Epsilon;
        if (item == Nothing) return min == 0 ? Epsilon : Nothing;
        if (min == 1 && max == 1) return item;
        if (item.Kind == RegexKind.Loop && item.Max == -1 && item.Min == 0 && max != 0) return item;
        if (item.Nullable) min = 0;
        return Make(RegexKind.Loop, [item], min: min, max: max, nullable: min == 0);
    }

    public RegexNode Or(params RegexNode[] items)
    {
        RegexNode result = Combine(RegexKind.Or, items);
        if (!result.IsText && Array.TrueForAll(items, i => i.IsText)) result.IsText = true;
        return result;
    }

    public RegexNode And(params RegexNode[] items) => Combine(RegexKind.And, items);

    public RegexNode Not(RegexNode item) => item.Kind == RegexKind.Not ? item.Items[0] : Make(RegexKind.Not, [item], nullable: !item.Nullable);

    /// <summary>The texts that are in <paramref name="item"/> when the end marker follows them.</summary>
    public RegexNode Ended(RegexNode item) =>
        item == Nothing ? Nothing : Make(RegexKind.Ended, [item], nullable: Derivative(item, Anchors.End).Nullable);

    /// <summary>What may follow <paramref name="value"/>.</summary>
    public RegexNode Derivative(RegexNode node, byte value)
    {
        if (node.Kind == RegexKind.Set) return node.Set.Contains(value) ? Epsilon : Nothing;
        if (node.Kind is RegexKind.Nothing or RegexKind.Epsilon) return Nothing;
        if (node == Full) return Full;
        if (node.Kind == RegexKind.Machine) return Machine(node.Machine!, node.Machine!.Next(node.Min, value));
        long key = (long)node.Id << 8 | value;
        if (_derivatives.TryGetValue(key, out RegexNode? known)) return known;
        RegexNode result = Derive(node, value);
        if (_derivatives.Count < 4 * MostNodes) _derivatives.Add(key, result);
        return result;
    }

    private RegexNode Derive(RegexNode node, byte value)
    {
        Nesting.Check();
        RegexNode[] items = node.Items;
        switch (node.Kind)
        {
            case RegexKind.Concat:
                RegexNode first = Concat(Derivative(items[0], value), items[1]);
                return items[0].Nullable ? Or(first, Derivative(items[1], value)) : first;
            case RegexKind.Loop:
                return Concat(Derivative(items[0], value), Loop(items[0], Math.Max(0, node.Min - 1), node.Max < 0 ? -1 : node.Max - 1));
            case RegexKind.Not:
                return Not(Derivative(items[0], value));
            case RegexKind.Ended:
                return Ended(Derivative(items[0], value));
            default:
                var parts = new RegexNode[items.Length];
                for (int i = 0; i < parts.Length; i++) parts[i] = Derivative(items[i], value);
                return Combine(node.Kind, parts);
        }
    }

    // Flat, sorted, without repetition, and sets of bytes merged: associativity, commutativity and idempotence keep the derivatives finite.
    private RegexNode Combine(RegexKind kind, RegexNode[] items)
    {
        RegexNode neutral = kind == RegexKind.Or ? Nothing : Full, absorbing = kind == RegexKind.Or ? Full : Nothing;
        var parts = new List<RegexNode>(items.Length);
        ByteSet? set = null;
        foreach (RegexNode item in items)
        {
            if (item == absorbing) return absorbing;
            if (item == neutral) continue;
            foreach (RegexNode part in item.Kind == kind ? item.Items : [item])
            {
                if (part.Kind != RegexKind.Set) parts.Add(part);
                else set = set is not { } old ? part.Set : kind == RegexKind.Or ? old | part.Set : old & part.Set;
            }
        }
        if (set is { } merged)
        {
            if (merged.IsEmpty && kind == RegexKind.And) return Nothing;
            parts.Add(Set(merged));
        }
        parts.Sort((x, y) => x.Id.CompareTo(y.Id));
        int count = 0;
        for (int i = 0; i < parts.Count; i++)
        {
            if (i == 0 || parts[i] != parts[i - 1]) parts[count++] = parts[i];
        }
        parts.RemoveRange(count, parts.Count - count);
        if (count == 0) return neutral;
        if (count == 1) return parts[0];
        foreach (RegexNode part in parts)
        {
            if (part.Kind == RegexKind.Not && parts.Contains(part.Items[0])) return absorbing;
        }
        if (kind == RegexKind.And && parts.Contains(Epsilon)) return parts.TrueForAll(p => p.Nullable) ? Epsilon : Nothing;
        bool nullable = kind == RegexKind.Or ? parts.Exists(p => p.Nullable) : parts.TrueForAll(p => p.Nullable);
        return Make(kind, [.. parts], nullable: nullable);
    }

    private static int LeastLength(RegexKind kind, RegexNode[] items, int min, bool nullable) => nullable ? 0 : kind switch
    {
        RegexKind.Concat => items[0].LeastLength + items[1].LeastLength,
        RegexKind.Or => items.Min(i => i.LeastLength),
        RegexKind.And => items.Max(i => i.LeastLength),
        RegexKind.Loop => (int)Math.Min((long)min * items[0].LeastLength, 1 << 30),
        RegexKind.Ended => Math.Max(0, items[0].LeastLength - 1),
        _ => 1,
    };

    private static bool IsText(RegexKind kind, RegexNode[] items, ByteSet set) => kind switch
    {
        RegexKind.Set => (set.C | set.D) == 0,
        RegexKind.Not or RegexKind.Ended => false,
        RegexKind.And => Array.Exists(items, i => i.IsText),
        _ => Array.TrueForAll(items, i => i.IsText),
    };

    private RegexNode Make(
        RegexKind kind, RegexNode[] items, ByteSet set = default, int min = 0, int max = 0, IMachine? machine = null, bool nullable = false)
    {
        var key = new RegexKey(kind, items, set, min, max, machine);
        if (_nodes.TryGetValue(key, out RegexNode? node)) return node;
        if (_nodes.Count >= MostNodes) throw new GrammarException("the patterns need too many states together; simplify them or bound their repetitions");
        bool mayBeEmpty = kind is RegexKind.And or RegexKind.Not or RegexKind.Ended || Array.Exists(items, i => i.MayBeEmpty && i != Full);
        node = new RegexNode
        {
            Id = _nodes.Count, Kind = kind, Items = items, Set = set, Min = min, Max = max, Machine = machine, Nullable = nullable, MayBeEmpty = mayBeEmpty,
            LeastLength = Math.Min(LeastLength(kind, items, min, nullable), 1 << 30), IsText = IsText(kind, items, set),
        };
        _nodes.Add(key, node);
        return node;
    }
}
