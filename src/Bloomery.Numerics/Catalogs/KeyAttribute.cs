namespace Bloomery.Numerics.Catalogs;

/// <summary>
/// The name under which a plug point (architecture, block format, sampler, ...) is found. Repeatable: a class that serves two configurations has two keys.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, AllowMultiple = true, Inherited = false)]
internal sealed class KeyAttribute(string name) : Attribute
{
    /// <summary>The key, in the field's own spelling: <c>q4_k</c>, <c>min_p</c>, <c>qwen3</c>.</summary>
    public string Name { get; } = name;
}
