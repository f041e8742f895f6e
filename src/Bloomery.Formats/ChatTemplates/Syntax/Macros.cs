using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Scoping;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Syntax;

/// <summary>What macros, <c>call</c> blocks and <c>generation</c> blocks have in common: parameters and a body that gives text.</summary>
internal sealed class Macros(List<Name> parameters, List<Expression> defaults, List<Statement> body)
{
    private readonly string[] _names = [.. parameters.Select(static p => p.Identifier)];

    public List<Name> Parameters => parameters;

    public List<Expression> Defaults => defaults;

    public List<Statement> Body => body;

    public FunctionScope? Function { get; set; }

    public ScopeEntry Scope { get; set; } = ScopeEntry.Empty;

    /// <summary>Where <c>caller</c>, <c>kwargs</c> and <c>varargs</c> are kept, if the body uses them.</summary>
    public Slot? Caller { get; set; }

    public Slot? Named { get; set; }

    public Slot? More { get; set; }

    /// <summary>Whether the body uses <c>caller</c>, as parameter or special variable.</summary>
    public bool UsesCaller { get; set; }

    public string[] Names => _names;

    public IEnumerable<Node> Children => [.. parameters, .. defaults, .. body];

    public static TextValue RequireText(Value value) =>
        value as TextValue ?? throw new ChatTemplateException($"expected str instance, {value.TypeName} found");

    /// <summary>Runs the body with its own variables; <paramref name="frame"/> is where the macro was defined.</summary>
    public TextValue Call(Frame frame, string name, in Arguments arguments)
    {
        Rendering rendering = frame.Rendering;
        rendering.Enter();
        Frame inner = new(Function!.SlotCount, frame);
        Scope.Enter(inner);
        Bind(inner, name, arguments);
        for (int i = 0; i < parameters.Count; i++)
        {
            ref Value? slot = ref inner[parameters[i].Address.Slot];
            if (slot is not null) continue;
            int index = i - (parameters.Count - defaults.Count);
            Value value = index >= 0
                ? defaults[index].Evaluate(inner)
                : new UndefinedValue($"parameter '{_names[i]}' was not provided");
            inner[parameters[i].Address.Slot] = value;
        }
        Statement.Run(body, inner);
        rendering.Leave();
        return inner.Output.ToValue(rendering.AutoEscape);
    }

    private void Bind(Frame frame, string name, in Arguments arguments)
    {
        Value[] given = arguments.Positional;
        List<KeyValuePair<string, Value>> named = [.. arguments.Named];
        int direct = Math.Min(given.Length, parameters.Count);
        for (int i = 0; i < direct; i++) frame[parameters[i].Address.Slot] = given[i];
        for (int i = direct; i < parameters.Count; i++) frame[parameters[i].Address.Slot] = Take(named, _names[i]);
        if (Caller is not null) frame[Caller.Index] = Take(named, "caller") is { } caller and not NoneValue ? caller : new UndefinedValue("No caller defined");
        if (Named is not null)
        {
            DictValue rest = new();
            foreach ((string key, Value value) in named) rest.Set(new TextValue(key), value);
            frame[Named.Index] = rest;
        }
        else if (named.Count > 0)
        {
            throw new ChatTemplateException(named[0].Key == "caller"
                ? $"macro '{name}' was invoked with two values for the special caller argument. This is most likely a bug."
                : $"macro '{name}' takes no keyword argument '{named[0].Key}'");
        }
        if (More is not null) frame[More.Index] = new TupleValue(given[direct..]);
        else if (given.Length > direct)
            throw new ChatTemplateException($"macro '{name}' takes not more than {parameters.Count} argument(s)");
    }

    private static Value? Take(List<KeyValuePair<string, Value>> named, string name)
    {
        int index = named.FindIndex(n => n.Key == name);
        if (index < 0) return null;
        Value value = named[index].Value;
        named.RemoveAt(index);
        return value;
    }
}

/// <summary><c>{% macro name(parameters) %}...{% endmacro %}</c>.</summary>
internal sealed class Macro(string name, List<Name> parameters, List<Expression> defaults, List<Statement> body, int line) : Statement(line)
{
    public string MacroName => name;

    public Macros Function { get; } = new(parameters, defaults, body);

    public Address Address { get; set; }

    public bool IsExported { get; set; }

    public override IEnumerable<Node> Children => Function.Children;

    public override Flow Execute(Frame frame)
    {
        MacroValue macro = new(name, Function, frame);
        Address.Write(frame, macro);
        if (IsExported) frame.Context.Assign(name, macro);
        return Flow.Next;
    }
}

/// <summary><c>{% call(parameters) f(...) %}...{% endcall %}</c>: calls <c>f</c> with the body as <c>caller</c>.</summary>
internal sealed class CallBlock(Call call, List<Name> parameters, List<Expression> defaults, List<Statement> body, int line) : Statement(line)
{
    public Call Call => call;

    public Macros Function { get; } = new(parameters, defaults, body);

    public override IEnumerable<Node> Children => [call, .. Function.Children];

    public override Flow Execute(Frame frame)
    {
        Value value = call.Evaluate(frame, new MacroValue(null, Function, frame));
        frame.Output.Append(Macros.RequireText(value));
        return Flow.Next;
    }
}

/// <summary><c>{% generation %}...{% endgeneration %}</c>: marks what a model says; here only its scope matters.</summary>
internal sealed class Generation(List<Statement> body, int line) : Statement(line)
{
    public Macros Function { get; } = new([], [], body);

    public override IEnumerable<Node> Children => Function.Children;

    public override Flow Execute(Frame frame)
    {
        frame.Output.Append(Function.Call(frame, "caller", Arguments.None));
        return Flow.Next;
    }
}
