namespace Bloomery.Engine.Grammars.Json;

/// <summary>A position in a text: what is being read, inside what. Immutable, so that it is shared, forked and gone back to for free.</summary>
/// <param name="parent">What it lies in.</param>
internal abstract class Frame(Frame? parent)
{
    private const int Deepest = 256;

    public Frame? Parent => parent;

    /// <summary>How many values it lies in.</summary>
    public int Depth { get; } = parent is null ? 0 : parent.Depth + 1;

    public bool IsTooDeep => Depth > Deepest;

    /// <summary>Whether the bytes are kept, because an array around wants to compare its items.</summary>
    public bool Records { get; protected init; } = parent is { Records: true };

    /// <summary>The bytes so far, where they are kept.</summary>
    public Log? Bytes { get; private set; }

    /// <summary>Whether the whole text may end here.</summary>
    public virtual bool MayEnd => false;

    /// <summary>The position after one more byte, or null where it is not allowed.</summary>
    public Frame? Step(byte value)
    {
        Frame? next = Next(value);
        if (next is { Records: true }) next.Bytes = Records ? new Log(Bytes, value) : null;
        return next;
    }

    /// <summary>Takes over the bytes of the value that has just ended without a byte of its own.</summary>
    public void Keep(Log? bytes) => Bytes = Records ? bytes : null;

    /// <summary>What follows the value that lies directly in this one.</summary>
    /// <param name="truths">Which of the slot's tracked formulas hold.</param>
    /// <param name="bytes">The bytes up to its end, where they are kept.</param>
    public virtual Frame? Complete(ulong truths, Log? bytes) => null;

    protected abstract Frame? Next(byte value);

    protected static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t';
}
