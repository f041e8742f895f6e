using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary>A built-in function or class.</summary>
internal sealed class FunctionValue(string name, string signature, Func<Rendering, Value?[], Value> body, string typeName = "function") : Value
{
    private readonly Signature _signature = Signature.Of(signature);

    public override string TypeName => typeName;

    public override bool IsCallable => true;

    public override Value? Attribute(Rendering rendering, string attribute) =>
        name == "dict" ? Builtins.DictMethods.FindOnType(attribute) : null;

    public override Value Call(Rendering rendering, in Arguments arguments)
    {
        rendering.Step();
        return body(rendering, _signature.Bind(name, arguments));
    }

    public override void Repr(MarkedWriter writer) =>
        writer.Append(typeName == "type" ? $"<class '{name}'>" : $"<function {name}>");
}
