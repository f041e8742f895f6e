using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Scoping;

/// <summary>What happens when a scope is entered: its variables are looked up, copied from outside, or cleared.</summary>
internal sealed class ScopeEntry(ScopeEntry.Load[] loads)
{
    public static readonly ScopeEntry Empty = new([]);

    public void Enter(Frame frame)
    {
        foreach (Load load in loads)
        {
            frame[load.Slot] = load.Name is not null
                ? frame.Context.Resolve(load.Name)
                : load.Source is { } source ? source.Read(frame) : null;
        }
    }

    /// <summary>One variable: resolved in the context by name, copied from an outer one, or missing.</summary>
    internal readonly record struct Load(int Slot, string? Name, Address? Source);
}
