using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary>A value as templates see it, with the behaviour of the Python type that it stands for.</summary>
internal abstract class Value
{
    /// <summary>The name of the Python type.</summary>
    public abstract string TypeName { get; }

    public virtual bool IsTrue => true;

    /// <summary>What <c>len</c> says; -1 where there is no length.</summary>
    public virtual int Length => -1;

    /// <summary>Whether <c>value()</c> is possible.</summary>
    public virtual bool IsCallable => false;

    /// <summary>The elements in order, or null where the value cannot be iterated.</summary>
    public virtual IEnumerator<Value>? Iterate(Rendering rendering) => null;

    /// <summary>What <c>value[key]</c> finds, or null where Python would raise a lookup or type error.</summary>
    public virtual Value? Item(Rendering rendering, Value key) => null;

    /// <summary>What <c>getattr</c> finds: attributes and methods, never items. Null where there is none.</summary>
    public virtual Value? Attribute(Rendering rendering, string name) => null;

    public virtual Value Call(Rendering rendering, in Arguments arguments) =>
        throw new ChatTemplateException($"'{TypeName}' object is not callable");

    /// <summary>Writes what <c>repr</c> makes.</summary>
    public abstract void Repr(MarkedWriter writer);

    /// <summary>Writes what <c>str</c> makes.</summary>
    public virtual void Str(MarkedWriter writer) => Repr(writer);

    public string ReprText(Rendering rendering)
    {
        MarkedWriter writer = new(rendering);
        writer.AppendRepr(this);
        return writer.ToValue().Text;
    }
}
