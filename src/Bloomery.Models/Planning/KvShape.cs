namespace Bloomery.Models.Planning;

/// <summary>What one layer caches for each token.</summary>
/// <param name="Heads">Key/value heads.</param>
/// <param name="KeyDim">Elements of a key.</param>
/// <param name="ValueDim">Elements of a value.</param>
internal readonly record struct KvLayerShape(int Heads, int KeyDim, int ValueDim);

/// <summary>What a plan's attention caches, layer by layer.</summary>
internal sealed record KvShape(IReadOnlyList<KvLayerShape> Layers)
{
    /// <summary>Nothing is cached.</summary>
    public static KvShape None { get; } = new([]);
}
