using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Syntax;

/// <summary><c>value.name</c>.</summary>
internal sealed class AttributeExpression(Expression owner, string name, int line) : Expression(line)
{
    private readonly TextValue _name = new(name);

    public override IEnumerable<Node> Children => [owner];

    public override Value Evaluate(Frame frame) => Attributes.Get(frame.Rendering, owner.Evaluate(frame), _name);
}

/// <summary><c>value[key]</c>.</summary>
internal sealed class ItemExpression(Expression owner, Expression key, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => [owner, key];

    public override Value Evaluate(Frame frame) =>
        Attributes.Item(frame.Rendering, owner.Evaluate(frame), key.Evaluate(frame));
}

/// <summary>The bounds between the brackets of a slice; it has no value of its own.</summary>
internal sealed class Slice(Expression? start, Expression? stop, Expression? step, int line) : Expression(line)
{
    public Expression? Start => start;

    public Expression? Stop => stop;

    public Expression? Step => step;

    public override IEnumerable<Node> Children
    {
        get
        {
            if (start is not null) yield return start;
            if (stop is not null) yield return stop;
            if (step is not null) yield return step;
        }
    }

    public override Value Evaluate(Frame frame) => throw new InvalidOperationException("a slice has no value");
}

/// <summary><c>value[start:stop:step]</c>.</summary>
internal sealed class SliceExpression(Expression owner, Slice slice, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => [owner, slice];

    public override Value Evaluate(Frame frame) => Slicing.Slice(
        frame.Rendering,
        owner.Evaluate(frame),
        slice.Start?.Evaluate(frame),
        slice.Stop?.Evaluate(frame),
        slice.Step?.Evaluate(frame));
}
