using Bloomery.Formats.ChatTemplates.Builtins;
using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Syntax;

/// <summary>A literal number, string, boolean or none.</summary>
internal sealed class Const(Value value, int line) : Expression(line)
{
    public Value Value => value;

    public override IEnumerable<Node> Children => [];

    /// <summary>The constant that a name stands for, or null.</summary>
    public static Const? OfKeyword(Token token) => token.Text switch
    {
        "true" or "True" => new Const(BoolValue.True, token.Line),
        "false" or "False" => new Const(BoolValue.False, token.Line),
        "none" or "None" => new Const(NoneValue.Instance, token.Line),
        _ => null,
    };

    public override Value Evaluate(Frame frame) => value;
}

/// <summary>Text outside of tags.</summary>
internal sealed class TemplateData(string text, int line) : Expression(line)
{
    private readonly TextValue _text = new(text, null, safe: true);

    public bool IsBlank => string.IsNullOrWhiteSpace(text);

    public override IEnumerable<Node> Children => [];

    public override Value Evaluate(Frame frame) => _text;
}

internal sealed class ListExpression(List<Expression> items, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => items;

    public override Value Evaluate(Frame frame) => new ListValue(EvaluateAll(items, frame));

    public static Value[] EvaluateAll(List<Expression> items, Frame frame)
    {
        frame.Rendering.Elements(items.Count);
        Value[] values = new Value[items.Count];
        for (int i = 0; i < values.Length; i++) values[i] = items[i].Evaluate(frame);
        return values;
    }
}

internal sealed class TupleExpression(List<Expression> items, int line) : Expression(line)
{
    public List<Expression> Items => items;

    public override IEnumerable<Node> Children => items;

    public override Value Evaluate(Frame frame) => new TupleValue(ListExpression.EvaluateAll(items, frame));
}

internal sealed class DictExpression(List<(Expression Key, Expression Value)> pairs, int line) : Expression(line)
{
    public override IEnumerable<Node> Children
    {
        get
        {
            foreach ((Expression key, Expression value) in pairs)
            {
                yield return key;
                yield return value;
            }
        }
    }

    public override Value Evaluate(Frame frame)
    {
        frame.Rendering.Elements(pairs.Count);
        DictValue dict = new();
        foreach ((Expression key, Expression value) in pairs) dict.Set(key.Evaluate(frame), value.Evaluate(frame));
        return dict;
    }
}

/// <summary><c>a ~ b ~ c</c>: the texts of the values, joined.</summary>
internal sealed class Concat(List<Expression> parts, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => parts;

    public override Value Evaluate(Frame frame)
    {
        Rendering rendering = frame.Rendering;
        Value[] values = ListExpression.EvaluateAll(parts, frame);
        bool safe = rendering.AutoEscape && values.Any(static v => v is TextValue { Safe: true });
        MarkedWriter writer = new(rendering);
        foreach (Value value in values)
        {
            if (safe) writer.Append(Escaping.Escape(rendering, value));
            else writer.AppendStr(value);
        }
        return writer.ToValue(safe);
    }
}
