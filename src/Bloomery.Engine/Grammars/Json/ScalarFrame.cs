namespace Bloomery.Engine.Grammars.Json;

/// <summary>Inside a number, or true, false or null. What follows it tells that it has ended.</summary>
internal sealed class ScalarFrame(Frame parent, Slot slot, int state, Log? text) : Frame(parent)
{
    public override bool MayEnd => slot.Scalars.Accepts(state) && Ended() is { MayEnd: true };

    protected override Frame? Next(byte value)
    {
        int next = slot.Scalars.Next(state, value);
        if (next >= 0) return new ScalarFrame(Parent!, slot, next, text is null ? null : new Log(text, value));
        return slot.Scalars.Accepts(state) ? Ended()?.Step(value) : null;
    }

    private Frame? Ended()
    {
        Frame? next = Parent!.Complete(text is null ? 0 : slot.Truths(Log.Since(null, text)), Bytes);
        next?.Keep(Bytes);
        return next;
    }
}
