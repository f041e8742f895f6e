namespace Bloomery.Engine.Grammars.Formulas;

/// <summary>What makes two formulas the same.</summary>
internal readonly struct FormulaKey(FormulaKind kind, Formula[] items, Condition? condition, bool negative) : IEquatable<FormulaKey>
{
    private readonly Formula[] _items = items;

    private (FormulaKind, Condition?, bool) Rest { get; } = (kind, condition, negative);

    public bool Equals(FormulaKey other) => Rest.Equals(other.Rest) && _items.AsSpan().SequenceEqual(other._items);

    public override bool Equals(object? obj) => obj is FormulaKey other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Rest);
        foreach (Formula item in _items) hash.Add(item.Id);
        return hash.ToHashCode();
    }
}
