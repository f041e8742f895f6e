namespace Bloomery.Engine.Grammars.Json;

/// <summary>Before a value.</summary>
internal sealed class ValueFrame(Frame parent, Slot slot, int spaces) : Frame(parent)
{
    /// <summary>White space between two tokens ends somewhere, so that a model does not write it for ever.</summary>
    public const int MostSpaces = 256;

    protected override Frame? Next(byte value)
    {
        Frame parent = Parent!;
        switch (value)
        {
            case (byte)'"':
                return StringFrame.Open(parent, slot);
            case (byte)'{':
                return ObjectFrame.Open(parent, slot.Object);
            case (byte)'[':
                return ArrayFrame.Open(parent, slot.Array);
        }
        if (IsSpace(value)) return spaces < MostSpaces ? new ValueFrame(parent, slot, spaces + 1) : null;
        if (slot.Scalars.Start < 0) return null;
        int state = slot.Scalars.Next(slot.Scalars.Start, value);
        return state >= 0 ? new ScalarFrame(parent, slot, state, slot.Tracked.Length > 0 ? new Log(null, value) : null) : null;
    }
}
