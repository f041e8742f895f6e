using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Syntax;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary>A macro, or the body of a <c>call</c> block, with the variables around its definition.</summary>
internal sealed class MacroValue(string? name, Macros function, Frame frame) : Value
{
    public override string TypeName => "Macro";

    public override bool IsCallable => true;

    public override Value Call(Rendering rendering, in Arguments arguments) => function.Call(frame, name ?? "None", arguments);

    public override Value? Attribute(Rendering rendering, string attribute) => attribute switch
    {
        "name" => name is null ? NoneValue.Instance : new TextValue(name),
        "arguments" => new TupleValue([.. function.Names.Select(static n => (Value)new TextValue(n))]),
        "catch_kwargs" => BoolValue.Of(function.Named is not null),
        "catch_varargs" => BoolValue.Of(function.More is not null),
        "caller" => BoolValue.Of(function.UsesCaller),
        "explicit_caller" => BoolValue.Of(function.Names.Contains("caller")),
        _ => null,
    };

    public override void Repr(MarkedWriter writer) =>
        writer.Append(name is null ? "<Macro anonymous>" : $"<Macro '{name}'>");
}
