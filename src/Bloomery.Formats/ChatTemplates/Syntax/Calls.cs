using Bloomery.Formats.ChatTemplates.Builtins;
using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Syntax;

/// <summary>The arguments between the parentheses of a call, filter or test.</summary>
internal sealed class ArgumentList(
    Expression[] positional, KeyValuePair<string, Expression>[] named, Expression? more, Expression? moreNamed)
{
    public static readonly ArgumentList None = new([], [], null, null);

    public IEnumerable<Node> Children
    {
        get
        {
            foreach (Expression value in positional) yield return value;
            foreach ((_, Expression value) in named) yield return value;
            if (more is not null) yield return more;
            if (moreNamed is not null) yield return moreNamed;
        }
    }

    public Arguments Evaluate(Frame frame)
    {
        if (this == None) return Arguments.None;
        Value[] values = new Value[positional.Length];
        for (int i = 0; i < values.Length; i++) values[i] = positional[i].Evaluate(frame);
        if (more is not null) values = [.. values, .. Sequences.ToList(frame.Rendering, more.Evaluate(frame))];
        if (named.Length == 0 && moreNamed is null) return new Arguments(values);

        List<KeyValuePair<string, Value>> names = [];
        foreach ((string name, Expression value) in named) names.Add(new(name, value.Evaluate(frame)));
        if (moreNamed is not null)
        {
            if (moreNamed.Evaluate(frame) is not DictValue dict)
                throw new ChatTemplateException("argument after ** must be a mapping");
            foreach ((Value key, Value value) in dict.Entries)
            {
                if (key is not TextValue name) throw new ChatTemplateException("keywords must be strings");
                if (names.Exists(n => n.Key == name.Text))
                    throw new ChatTemplateException($"got multiple values for keyword argument '{name.Text}'");
                names.Add(new(name.Text, value));
            }
        }
        return new Arguments(values, names);
    }
}

/// <summary><c>callee(arguments)</c>.</summary>
internal sealed class Call(Expression callee, ArgumentList arguments, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => [callee, .. arguments.Children];

    public override Value Evaluate(Frame frame) => Evaluate(frame, null);

    /// <summary>Calls with <paramref name="caller"/> as one more named argument, as <c>call</c> blocks do.</summary>
    public Value Evaluate(Frame frame, Value? caller)
    {
        Value function = callee.Evaluate(frame);
        if (function is UndefinedValue undefined) throw undefined.Error();
        Arguments values = arguments.Evaluate(frame);
        if (caller is not null) values = new Arguments(values.Positional, [.. values.Named, new("caller", caller)]);
        return function.Call(frame.Rendering, values);
    }
}

/// <summary><c>value | name(arguments)</c>; without value the filter of a block.</summary>
internal sealed class Filter(Expression? input, string name, ArgumentList arguments, int line) : Expression(line)
{
    private readonly Method? _method = Filters.Find(name);

    public string FilterName => name;

    public bool IsKnown => _method is not null;

    public override IEnumerable<Node> Children => input is null ? arguments.Children : [input, .. arguments.Children];

    public override Value Evaluate(Frame frame) => Apply(frame, input!.Evaluate(frame));

    /// <summary>Applies the filter, and those before it, to the text of a block.</summary>
    public Value Apply(Frame frame, Value value)
    {
        Method method = _method ?? throw new ChatTemplateException($"No filter named '{name}' found.");
        frame.Rendering.Step();
        return method.Call(frame.Rendering, value, arguments.Evaluate(frame));
    }

    /// <summary>Runs a chain of filters without input on the text of a block.</summary>
    public Value ApplyToBlock(Frame frame, Value text) =>
        Apply(frame, input is Filter inner ? inner.ApplyToBlock(frame, text) : text);
}

/// <summary><c>value is name(arguments)</c>.</summary>
internal sealed class Test(Expression input, string name, ArgumentList arguments, int line) : Expression(line)
{
    private readonly Method? _method = Tests.Find(name);

    public string TestName => name;

    public bool IsKnown => _method is not null;

    public override IEnumerable<Node> Children => [input, .. arguments.Children];

    public override Value Evaluate(Frame frame)
    {
        Method method = _method ?? throw new ChatTemplateException($"No test named '{name}' found.");
        frame.Rendering.Step();
        Value value = input.Evaluate(frame);
        return method.Call(frame.Rendering, value, arguments.Evaluate(frame));
    }
}
