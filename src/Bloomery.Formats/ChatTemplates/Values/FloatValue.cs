using Bloomery.Formats.ChatTemplates.Builtins;
using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary>A double.</summary>
internal sealed class FloatValue(double number) : Value
{
    public double Number { get; } = number;

    public override string TypeName => "float";

    public override bool IsTrue => Number != 0;

    public override Value? Attribute(Rendering rendering, string name) => NumberMethods.Attribute(this, name);

    public override void Repr(MarkedWriter writer) => writer.Append(FloatText.Repr(Number));
}
