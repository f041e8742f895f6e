using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Scoping;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Syntax;

/// <summary><c>{% set target = value %}</c>.</summary>
internal sealed class Assign(Expression target, Expression value, int line) : Statement(line)
{
    public Expression Target => target;

    public Expression Value => value;

    /// <summary>Names to tell the context of: those assigned at the top level.</summary>
    public Name[] Exports { get; set; } = [];

    public override IEnumerable<Node> Children => [target, value];

    public override Flow Execute(Frame frame)
    {
        Syntax.Target.Check(target, frame);
        Syntax.Target.Assign(target, frame, value.Evaluate(frame));
        Export(frame, Exports);
        return Flow.Next;
    }

    public static void Export(Frame frame, Name[] names)
    {
        foreach (Name name in names)
            if (name.Address.Read(frame) is { } exported) frame.Context.Assign(name.Identifier, exported);
    }
}

/// <summary><c>{% set target %}...{% endset %}</c>, perhaps with filters.</summary>
internal sealed class AssignBlock(Expression target, Filter? filter, List<Statement> body, int line) : Statement(line)
{
    public Expression Target => target;

    public Filter? Filter => filter;

    public List<Statement> Body => body;

    public ScopeEntry Scope { get; set; } = ScopeEntry.Empty;

    public Name[] Exports { get; set; } = [];

    public override IEnumerable<Node> Children => filter is null ? [target, .. body] : [target, filter, .. body];

    public override Flow Execute(Frame frame)
    {
        Scope.Enter(frame);
        TextValue text = Capture(body, frame, out Flow flow);
        if (flow != Flow.Next) return flow;
        Value value = filter is null ? text : filter.ApplyToBlock(frame, text);
        if (frame.Rendering.AutoEscape && value is TextValue filtered) value = filtered.WithSafe(true);
        Syntax.Target.Check(target, frame);
        Syntax.Target.Assign(target, frame, value);
        Assign.Export(frame, Exports);
        return Flow.Next;
    }
}
