using Bloomery.Formats.ChatTemplates.Builtins;
using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Syntax;

/// <summary>Text and <c>{{ }}</c> tags up to the next statement.</summary>
internal sealed class Output(Expression[] values, int line) : Statement(line)
{
    public bool IsBlank => values.All(static v => v is TemplateData { IsBlank: true });

    public override IEnumerable<Node> Children => values;

    public override Flow Execute(Frame frame)
    {
        Rendering rendering = frame.Rendering;
        foreach (Expression expression in values)
        {
            if (expression.Line != rendering.Line) rendering.Line = expression.Line;
            Value value = expression.Evaluate(frame);
            if (rendering.AutoEscape) frame.Output.Append(Escaping.Escape(rendering, value));
            else frame.Output.AppendStr(value);
        }
        return Flow.Next;
    }
}
