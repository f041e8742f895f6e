namespace Bloomery.Engine.Grammars.Json;

/// <summary>Around the whole text: only white space follows its value.</summary>
internal sealed class RootFrame(bool done, int spaces) : Frame(null)
{
    public override bool MayEnd => done;

    public override Frame? Complete(ulong truths, Log? bytes) => new RootFrame(true, 0);

    protected override Frame? Next(byte value) => done && IsSpace(value) && spaces < ValueFrame.MostSpaces ? new RootFrame(true, spaces + 1) : null;
}
