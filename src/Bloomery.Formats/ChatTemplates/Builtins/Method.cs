using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>A filter, a test or a method of a type: a function of a value and further arguments.</summary>
internal sealed record Method(string Name, Signature Signature, Func<Rendering, Value, Value?[], Value> Body)
{
    public Value Call(Rendering rendering, Value input, in Arguments arguments) =>
        Body(rendering, input, Signature.Bind(Name, arguments));
}
