using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Scoping;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Syntax;

/// <summary><c>{% for target in source if test recursive %}...{% else %}...{% endfor %}</c>.</summary>
internal sealed class For(
    Expression target,
    Expression source,
    Expression? test,
    bool recursive,
    List<Statement> body,
    List<Statement> otherwise,
    int line) : Statement(line)
{
    public Expression Target => target;

    public Expression Source => source;

    public Expression? Test => test;

    /// <summary>The target once more, with places of its own for the test, which may run ahead of the body.</summary>
    public Expression TestTarget { get; } = Syntax.Target.Copy(target);

    public bool IsRecursive => recursive;

    public List<Statement> Body => body;

    public List<Statement> Otherwise => otherwise;

    /// <summary>The function that a recursive loop is.</summary>
    public FunctionScope? Function { get; set; }

    public ScopeEntry BodyScope { get; set; } = ScopeEntry.Empty;

    public ScopeEntry TestScope { get; set; } = ScopeEntry.Empty;

    public ScopeEntry ElseScope { get; set; } = ScopeEntry.Empty;

    /// <summary>Where <c>loop</c> is kept, if the body uses it.</summary>
    public Slot? Loop { get; set; }

    public override IEnumerable<Node> Children => test is null
        ? [target, source, .. body, .. otherwise]
        : [target, source, .. body, .. otherwise, test];

    public override Flow Execute(Frame frame)
    {
        Value elements = source.Evaluate(frame);
        if (!recursive) return Run(frame, frame, elements, 0);
        frame.Output.Append(Recurse(frame, elements, 0));
        return Flow.Next;
    }

    /// <summary>Runs a recursive loop over <paramref name="elements"/> and gives its text.</summary>
    public TextValue Recurse(Frame outer, Value elements, int depth)
    {
        outer.Rendering.Enter();
        Frame frame = new(Function!.SlotCount, outer);
        Run(outer, frame, elements, depth);
        outer.Rendering.Leave();
        return frame.Output.ToValue(outer.Rendering.AutoEscape);
    }

    private Flow Run(Frame outer, Frame frame, Value elements, int depth)
    {
        IEnumerator<Value> iterator = elements.Iterate(frame.Rendering)
            ?? throw new ChatTemplateException($"'{elements.TypeName}' object is not iterable");
        int length = elements.Length;
        if (test is not null)
        {
            iterator = Filtered(outer, iterator);
            length = -1;
        }
        bool empty = Loop is null ? RunPlain(frame, iterator) : RunWithLoop(outer, frame, iterator, length, depth);
        if (!empty || otherwise.Count == 0) return Flow.Next;
        ElseScope.Enter(frame);
        return Run(otherwise, frame);
    }

    /// <summary>Whether no iteration came to its end without a jump (what decides on <c>else</c>).</summary>
    private bool RunPlain(Frame frame, IEnumerator<Value> iterator)
    {
        bool empty = true;
        while (iterator.MoveNext())
        {
            frame.Rendering.Step();
            Syntax.Target.Assign(target, frame, iterator.Current);
            BodyScope.Enter(frame);
            Flow flow = Run(body, frame);
            if (flow == Flow.Break) break;
            if (flow == Flow.Next) empty = false;
        }
        return empty;
    }

    private bool RunWithLoop(Frame outer, Frame frame, IEnumerator<Value> iterator, int length, int depth)
    {
        bool empty = true;
        LoopValue loop = new(iterator, length, depth, recursive ? (elements, level) => Recurse(outer, elements, level) : null);
        while (loop.MoveNext() is { } value)
        {
            frame.Rendering.Step();
            Syntax.Target.Assign(target, frame, value);
            frame[Loop!.Index] = loop;
            BodyScope.Enter(frame);
            Flow flow = Run(body, frame);
            if (flow == Flow.Break) break;
            if (flow == Flow.Next) empty = false;
        }
        frame[Loop!.Index] = null;
        return empty;
    }

    private IEnumerator<Value> Filtered(Frame frame, IEnumerator<Value> elements)
    {
        TestScope.Enter(frame);
        while (elements.MoveNext())
        {
            frame.Rendering.Step();
            Syntax.Target.Assign(TestTarget, frame, elements.Current);
            if (test!.Evaluate(frame).IsTrue) yield return elements.Current;
        }
    }
}
