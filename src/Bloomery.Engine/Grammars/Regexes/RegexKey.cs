namespace Bloomery.Engine.Grammars.Regexes;

/// <summary>What makes two expressions the same.</summary>
internal readonly struct RegexKey(RegexKind kind, RegexNode[] items, ByteSet set, int min, int max, IMachine? machine) : IEquatable<RegexKey>
{
    private readonly RegexNode[] _items = items;

    private (RegexKind, ByteSet, int, int, IMachine?) Rest { get; } = (kind, set, min, max, machine);

    public bool Equals(RegexKey other) => Rest.Equals(other.Rest) && _items.AsSpan().SequenceEqual(other._items);

    public override bool Equals(object? obj) => obj is RegexKey other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Rest);
        foreach (RegexNode item in _items) hash.Add(item.Id);
        return hash.ToHashCode();
    }
}
