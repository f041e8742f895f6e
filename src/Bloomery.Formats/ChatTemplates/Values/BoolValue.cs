using Bloomery.Formats.ChatTemplates.Builtins;
using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary><c>true</c> and <c>false</c>; as in Python they count as 1 and 0.</summary>
internal sealed class BoolValue : Value
{
    public static readonly BoolValue True = new(true);
    public static readonly BoolValue False = new(false);

    private readonly bool _value;

    private BoolValue(bool value) => _value = value;

    public override string TypeName => "bool";

    public override bool IsTrue => _value;

    public static BoolValue Of(bool value) => value ? True : False;

    public override Value? Attribute(Rendering rendering, string name) =>
        NumberMethods.Attribute(_value ? IntValue.One : IntValue.Zero, name);

    public override void Repr(MarkedWriter writer) => writer.Append(_value ? "True" : "False");
}
