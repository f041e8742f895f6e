using Bloomery.Formats.ChatTemplates.Builtins;
using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary>What a name, attribute or item that is not there gives: empty to look at, an error to work with.</summary>
internal sealed class UndefinedValue : Value
{
    private readonly string? _hint;
    private readonly Value? _owner;
    private readonly Value? _name;

    /// <summary>An undefined value with its own explanation.</summary>
    public UndefinedValue(string hint) => _hint = hint;

    /// <summary>A missing attribute or item of <paramref name="owner"/>; without owner a missing variable.</summary>
    public UndefinedValue(Value? owner, Value name)
    {
        _owner = owner;
        _name = name;
    }

    public override string TypeName => "Undefined";

    public override bool IsTrue => false;

    public override int Length => 0;

    public static UndefinedValue Variable(string name) => new(null, new TextValue(name));

    public static UndefinedValue Unsafe(Value owner, string name) =>
        new($"access to attribute '{name}' of '{owner.TypeName}' object is unsafe.");

    public ChatTemplateException Error()
    {
        if (_hint is not null) return new ChatTemplateException(_hint);
        string name = _name is TextValue text ? $"'{text.Text}'" : _name is IntValue i ? i.Number.ToString() : "of that key";
        if (_owner is null) return new ChatTemplateException($"{name} is undefined");
        string owner = _owner is NoneValue ? "'None'" : $"'{_owner.TypeName} object'";
        return new ChatTemplateException(_name is TextValue
            ? $"{owner} has no attribute {name}"
            : $"{owner[1..^1]} has no element {name}");
    }

    public override IEnumerator<Value> Iterate(Rendering rendering) => Enumerable.Empty<Value>().GetEnumerator();

    public override Value? Item(Rendering rendering, Value key) => throw Error();

    public override Value? Attribute(Rendering rendering, string name) =>
        Attributes.IsInternal(name) ? null : throw Error();

    public override Value Call(Rendering rendering, in Arguments arguments) => throw Error();

    public override void Repr(MarkedWriter writer) => writer.Append("Undefined");

    public override void Str(MarkedWriter writer)
    {
    }
}
