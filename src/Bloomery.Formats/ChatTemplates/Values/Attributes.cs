using System.Collections.Frozen;
using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary>How <c>a.b</c> and <c>a['b']</c> find things: attributes and items in turn, never anything internal.</summary>
internal static class Attributes
{
    private static readonly FrozenSet<string> OfEveryObject = FrozenSet.ToFrozenSet(
    [
        "__class__", "__delattr__", "__dir__", "__doc__", "__eq__", "__format__", "__ge__", "__getattribute__", "__gt__",
        "__hash__", "__init__", "__init_subclass__", "__le__", "__lt__", "__ne__", "__new__", "__reduce__", "__reduce_ex__",
        "__repr__", "__setattr__", "__sizeof__", "__str__", "__subclasshook__",
    ]);

    /// <summary>Whether a name looks like one of Python's own.</summary>
    public static bool IsInternal(string name) =>
        name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal);

    /// <summary><c>value.name</c>: the attribute, else the item.</summary>
    public static Value Get(Rendering rendering, Value value, TextValue name)
    {
        Value? found = Find(rendering, value, name.Text) ?? value.Item(rendering, name);
        return found ?? new UndefinedValue(value, name);
    }

    /// <summary><c>value[key]</c>: the item, else the attribute of that name.</summary>
    public static Value Item(Rendering rendering, Value value, Value key)
    {
        Value? found = value.Item(rendering, key);
        if (found is null && key is TextValue name) found = Find(rendering, value, name.Text);
        return found ?? new UndefinedValue(value, key);
    }

    /// <summary>The attribute alone; an internal one that exists gives an undefined value that says so.</summary>
    public static Value? Find(Rendering rendering, Value value, string name)
    {
        if (name.StartsWith('_'))
        {
            if (OfEveryObject.Contains(name) || (value.IsCallable && name is "_func" or "__globals__" or "__code__" or "__self__"))
                return UndefinedValue.Unsafe(value, name);
            return null;
        }
        return value.Attribute(rendering, name);
    }
}
