using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Syntax;

/// <summary>A part of a template's tree.</summary>
internal abstract class Node(int line)
{
    public int Line { get; } = line;

    /// <summary>The nodes inside, in the order of the source.</summary>
    public abstract IEnumerable<Node> Children { get; }
}

/// <summary>A node that has a value.</summary>
internal abstract class Expression(int line) : Node(line)
{
    public abstract Value Evaluate(Frame frame);
}

/// <summary>A node that does something.</summary>
internal abstract class Statement(int line) : Node(line)
{
    public abstract Flow Execute(Frame frame);

    public static Flow Run(List<Statement> body, Frame frame)
    {
        foreach (Statement statement in body)
        {
            frame.Rendering.Step();
            frame.Rendering.Line = statement.Line;
            if (statement.Execute(frame) is not Flow.Next and Flow flow) return flow;
        }
        return Flow.Next;
    }

    /// <summary>Runs a body and gives its text instead of writing it.</summary>
    public static TextValue Capture(List<Statement> body, Frame frame, out Flow flow)
    {
        MarkedWriter outer = frame.Output;
        frame.Output = new MarkedWriter(frame.Rendering);
        flow = Run(body, frame);
        TextValue text = frame.Output.ToValue(frame.Rendering.AutoEscape);
        frame.Output = outer;
        return text;
    }
}
