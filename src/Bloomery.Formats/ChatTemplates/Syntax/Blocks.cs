using Bloomery.Formats.ChatTemplates.Builtins;
using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Scoping;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Syntax;

internal sealed class If(List<(Expression Test, List<Statement> Body)> branches, List<Statement> otherwise, int line) : Statement(line)
{
    public List<(Expression Test, List<Statement> Body)> Branches => branches;

    public List<Statement> Otherwise => otherwise;

    public override IEnumerable<Node> Children
    {
        get
        {
            foreach ((Expression test, List<Statement> body) in branches)
            {
                yield return test;
                foreach (Statement statement in body) yield return statement;
            }
            foreach (Statement statement in otherwise) yield return statement;
        }
    }

    public override Flow Execute(Frame frame)
    {
        foreach ((Expression test, List<Statement> body) in branches)
            if (test.Evaluate(frame).IsTrue) return Run(body, frame);
        return Run(otherwise, frame);
    }
}

/// <summary><c>{% with a = 1 %}...{% endwith %}</c>.</summary>
internal sealed class With(List<(Expression Target, Expression Value)> pairs, List<Statement> body, int line) : Statement(line)
{
    public List<(Expression Target, Expression Value)> Pairs => pairs;

    public List<Statement> Body => body;

    public ScopeEntry Scope { get; set; } = ScopeEntry.Empty;

    public override IEnumerable<Node> Children => [.. pairs.Select(static p => p.Target), .. pairs.Select(static p => p.Value), .. body];

    public override Flow Execute(Frame frame)
    {
        Scope.Enter(frame);
        foreach ((Expression target, Expression value) in pairs) Target.Assign(target, frame, value.Evaluate(frame));
        return Run(body, frame);
    }
}

/// <summary><c>{% filter name %}...{% endfilter %}</c>.</summary>
internal sealed class FilterBlock(Filter filter, List<Statement> body, int line) : Statement(line)
{
    public Filter Filter => filter;

    public List<Statement> Body => body;

    public ScopeEntry Scope { get; set; } = ScopeEntry.Empty;

    public override IEnumerable<Node> Children => [.. body, filter];

    public override Flow Execute(Frame frame)
    {
        Scope.Enter(frame);
        TextValue text = Capture(body, frame, out Flow flow);
        if (flow != Flow.Next) return flow;
        frame.Output.Append(Macros.RequireText(filter.ApplyToBlock(frame, text)));
        return Flow.Next;
    }
}

/// <summary><c>{% autoescape on %}...{% endautoescape %}</c>.</summary>
internal sealed class AutoEscape(Expression on, List<Statement> body, int line) : Statement(line)
{
    public ScopeEntry Scope { get; set; } = ScopeEntry.Empty;

    public override IEnumerable<Node> Children => [on, .. body];

    public override Flow Execute(Frame frame)
    {
        Scope.Enter(frame);
        bool before = frame.Rendering.AutoEscape;
        frame.Rendering.AutoEscape = on.Evaluate(frame).IsTrue;
        Flow flow = Run(body, frame);
        frame.Rendering.AutoEscape = before;
        return flow;
    }
}

/// <summary><c>{% break %}</c> and <c>{% continue %}</c>.</summary>
internal sealed class LoopJump(Flow flow, int line) : Statement(line)
{
    public override IEnumerable<Node> Children => [];

    public override Flow Execute(Frame frame) => flow;
}

/// <summary>A tag that would load another template, which nothing can.</summary>
internal sealed class LoadTemplate(Expression template, string[] names, int line) : Statement(line)
{
    /// <summary>The names it would define.</summary>
    public string[] Names => names;

    public override IEnumerable<Node> Children => [template];

    public override Flow Execute(Frame frame) => throw new ChatTemplateException("no loader for this environment specified");
}

/// <summary><c>{% block name %}...{% endblock %}</c>: a function of its own that sees the context only.</summary>
internal sealed class Block(string name, bool scoped, bool required, List<Statement> body, int line) : Statement(line)
{
    public string BlockName => name;

    public bool IsScoped => scoped;

    public List<Statement> Body => body;

    public FunctionScope Function { get; } = new(null);

    public ScopeEntry Scope { get; set; } = ScopeEntry.Empty;

    /// <summary>Where <c>self</c> is kept, if the block uses it.</summary>
    public Slot? Self { get; set; }

    /// <summary>Where <c>super</c> is kept, if the block uses it.</summary>
    public Slot? Super { get; set; }

    /// <summary>The variables around a scoped block.</summary>
    public KeyValuePair<string, Address>[] Locals { get; set; } = [];

    public override IEnumerable<Node> Children => body;

    public override Flow Execute(Frame frame)
    {
        if (required) throw new ChatTemplateException($"Required block '{name}' not found");
        Context context = frame.Context;
        if (scoped)
        {
            context = context.Derive(Locals
                .Select(local => (local.Key, Value: local.Value.Read(frame)))
                .Where(static local => local.Value is not null)
                .Select(static local => new KeyValuePair<string, Value>(local.Key, local.Value!)));
        }
        Render(frame.Rendering, context, frame.Output);
        return Flow.Next;
    }

    public void Render(Rendering rendering, Context context, MarkedWriter output)
    {
        rendering.Enter();
        Frame frame = new(Function.SlotCount, null, context, rendering, output);
        if (Self is not null) frame[Self.Index] = new SelfValue(context);
        if (Super is not null) frame[Super.Index] = new UndefinedValue($"there is no parent block called '{name}'.");
        Scope.Enter(frame);
        Run(body, frame);
        rendering.Leave();
    }
}
