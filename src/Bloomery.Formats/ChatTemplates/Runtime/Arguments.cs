using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Runtime;

/// <summary>The arguments of one call.</summary>
internal readonly struct Arguments(Value[] positional, IReadOnlyList<KeyValuePair<string, Value>>? named = null)
{
    public static Arguments None { get; } = new([]);

    public Value[] Positional { get; } = positional;

    public IReadOnlyList<KeyValuePair<string, Value>> Named { get; } = named ?? [];
}
