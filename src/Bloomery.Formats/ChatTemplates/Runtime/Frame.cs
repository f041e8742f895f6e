using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Runtime;

/// <summary>The variables of one running function (the template itself, a macro, a block, a recursive loop).</summary>
internal sealed class Frame
{
    private readonly Value?[] _slots;

    public Frame(int slots, Frame parent)
        : this(slots, parent, parent.Context, parent.Rendering, new MarkedWriter(parent.Rendering))
    {
    }

    public Frame(int slots, Frame? parent, Context context, Rendering rendering, MarkedWriter output)
    {
        _slots = slots == 0 ? [] : new Value?[slots];
        Parent = parent;
        Context = context;
        Rendering = rendering;
        Output = output;
    }

    /// <summary>The frame of the function around this one.</summary>
    public Frame? Parent { get; }

    public Context Context { get; }

    public Rendering Rendering { get; }

    /// <summary>Where statements write; replaced while a block is captured.</summary>
    public MarkedWriter Output { get; set; }

    /// <summary>A variable of this frame; null while it is missing.</summary>
    public ref Value? this[int slot] => ref _slots[slot];

    public Frame Up(int hops)
    {
        Frame frame = this;
        for (; hops > 0; hops--) frame = frame.Parent!;
        return frame;
    }
}
