using System.Collections.Frozen;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>All filters by name.</summary>
internal static class Filters
{
    private static readonly FrozenDictionary<string, Method> Known = new MethodTable
    {
        TextFilters.All,
        SequenceFilters.All,
        SelectFilters.All,
        ValueFilters.All,
        MarkupFilters.All,
    }.Freeze();

    public static Method? Find(string name) => Known.GetValueOrDefault(name);
}
