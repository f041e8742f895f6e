using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Scoping;

/// <summary>The place of one variable in the frame of its function.</summary>
internal sealed record Slot(FunctionScope Function, int Index);

/// <summary>A function while its variables are counted: the template, a macro, a block or a recursive loop.</summary>
internal sealed class FunctionScope(FunctionScope? parent)
{
    public int Depth { get; } = parent is null ? 0 : parent.Depth + 1;

    public int SlotCount { get; private set; }

    public Slot NewSlot() => new(this, SlotCount++);

    /// <summary>How code of this function reaches a variable of this or an outer function.</summary>
    public Address AddressOf(Slot slot) => new(Depth - slot.Function.Depth, slot.Index);
}

/// <summary>Where a variable is, seen from the code that uses it: frames outwards, then a slot.</summary>
internal readonly record struct Address(int Hops, int Slot)
{
    public Value? Read(Frame frame) => Hops == 0 ? frame[Slot] : frame.Up(Hops)[Slot];

    public void Write(Frame frame, Value value)
    {
        if (Hops == 0) frame[Slot] = value;
        else frame.Up(Hops)[Slot] = value;
    }
}
