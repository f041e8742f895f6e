using System.Reflection;

namespace Bloomery.Numerics.Catalogs;

/// <summary>Finds the types of an assembly that carry a <see cref="KeyAttribute"/>: how one new file adds a plug point.</summary>
internal static class KeyedTypes
{
    /// <summary>The types that are a <paramref name="contract"/> and can be made, by key; keys ignore case.</summary>
    /// <param name="assembly">Where to look.</param>
    /// <param name="contract">A base class, an interface, or an open generic interface that structs implement.</param>
    /// <exception cref="InvalidOperationException">Two types carry the same key.</exception>
    public static SortedDictionary<string, Type> Find(Assembly assembly, Type contract)
    {
        SortedDictionary<string, Type> found = new(StringComparer.OrdinalIgnoreCase);
        foreach (Type type in assembly.GetTypes())
        {
            if (type.IsAbstract || !Fulfils(type, contract)) continue;
            foreach (KeyAttribute key in type.GetCustomAttributes<KeyAttribute>(inherit: false))
                if (!found.TryAdd(key.Name, type))
                    throw new InvalidOperationException($"{contract.Name} '{key.Name}' is defined twice: {found[key.Name].Name} and {type.Name}.");
        }
        return found;
    }

    private static bool Fulfils(Type type, Type contract) => contract.IsGenericTypeDefinition
        ? type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == contract)
        : contract.IsAssignableFrom(type);
}
