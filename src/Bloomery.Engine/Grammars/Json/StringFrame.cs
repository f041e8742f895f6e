using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Json;

/// <summary>Inside a string that is a value.</summary>
internal sealed class StringFrame(Frame parent, Slot slot, StringState state, StringState[] tracked) : TextFrame(parent)
{
    public override Dfa Automaton => slot.Strings;

    public override StringState State => state;

    public override bool DependsOnText => tracked.Length > 0 || Records;

    /// <summary>After the opening quote; null where no string may come.</summary>
    public static Frame? Open(Frame parent, Slot slot)
    {
        if (slot.Strings.Start < 0) return null;
        StringState[] tracked = slot.TrackedStrings.Length == 0 ? [] : Array.ConvertAll(slot.TrackedStrings, t => new StringState(t.Start));
        return new StringFrame(parent, slot, new StringState(slot.Strings.Start), tracked);
    }

    public override Frame? End(Log? bytes) => Parent!.Complete(slot.StringTruths(Array.ConvertAll(tracked, t => t.State)), bytes);

    protected override Frame Append(StringState next, byte value)
    {
        StringState[] after = tracked;
        if (tracked.Length > 0)
        {
            after = new StringState[tracked.Length];
            for (int i = 0; i < after.Length; i++)
            {
                StringState step = tracked[i];
                after[i] = step.State >= 0 && JsonString.TryStep(slot.TrackedStrings[i], ref step, value) ? step : new StringState(Dfa.Dead);
            }
        }
        return new StringFrame(Parent!, slot, next, after);
    }
}
