using Bloomery.Formats.ChatTemplates.Builtins;
using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary>A method together with the value it belongs to.</summary>
internal sealed class MethodValue(Value owner, Method method) : Value
{
    public override string TypeName => "builtin_function_or_method";

    public override bool IsCallable => true;

    public override Value Call(Rendering rendering, in Arguments arguments)
    {
        rendering.Step();
        return method.Body(rendering, owner, method.Signature.Bind(method.Name, arguments));
    }

    public override void Repr(MarkedWriter writer) =>
        writer.Append($"<built-in method {method.Name} of {owner.TypeName} object>");
}
