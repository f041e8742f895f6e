using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Bloomery.Numerics.Catalogs;

/// <summary>
/// The types of one assembly that carry a <see cref="KeyAttribute"/> and derive from <typeparamref name="T"/>: how one new file adds a plug point.
/// </summary>
/// <typeparam name="T">The plug point's base class or interface.</typeparam>
internal sealed class Catalog<T>
{
    private readonly SortedDictionary<string, Type> _types;

    /// <summary>Scans <paramref name="assembly"/> once.</summary>
    /// <exception cref="InvalidOperationException">Two types carry the same key.</exception>
    public Catalog(Assembly assembly) => _types = KeyedTypes.Find(assembly, typeof(T));

    /// <summary>All keys, sorted.</summary>
    public IReadOnlyCollection<string> Names => _types.Keys;

    /// <summary>Looks a type up by its key, ignoring case.</summary>
    public bool TryFind(string name, [NotNullWhen(true)] out Type? type) => _types.TryGetValue(name, out type);

    /// <summary>Makes an instance with the constructor that fits <paramref name="arguments"/>.</summary>
    /// <exception cref="KeyNotFoundException">There is no such key; the message lists those that exist.</exception>
    public T Create(string name, params object?[] arguments)
    {
        if (!TryFind(name, out Type? type))
            throw new KeyNotFoundException($"no {typeof(T).Name} is called '{name}'; there are: {string.Join(", ", Names)}");
        return (T)Activator.CreateInstance(type, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DoNotWrapExceptions, null,
            arguments, null)!;
    }
}
