using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Scoping;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Syntax;

/// <summary>What a name in the source is there for.</summary>
internal enum NameUse
{
    Load,
    Store,
    Parameter,
}

/// <summary>A variable, read or assigned; the scoping pass gives it its place.</summary>
internal sealed class Name(string identifier, int line) : Expression(line)
{
    public string Identifier => identifier;

    public NameUse Use { get; set; }

    public Address Address { get; set; }

    public override IEnumerable<Node> Children => [];

    public override Value Evaluate(Frame frame) => Address.Read(frame) ?? UndefinedValue.Variable(identifier);
}

/// <summary><c>ns.name</c> as the target of an assignment.</summary>
internal sealed class NamespaceMember(Name owner, string member, int line) : Expression(line)
{
    private readonly TextValue _member = new(member);

    public Name Owner => owner;

    public override IEnumerable<Node> Children => [owner];

    public override Value Evaluate(Frame frame) => Attributes.Get(frame.Rendering, owner.Evaluate(frame), _member);

    /// <summary>The namespace, or an error where the name is something else.</summary>
    public NamespaceValue Namespace(Frame frame) => owner.Address.Read(frame) as NamespaceValue
        ?? throw new ChatTemplateException("cannot assign attribute on non-namespace object");

    public void Assign(Frame frame, Value value) => Namespace(frame).Set(_member, value);
}

/// <summary>Assignment to names, tuples of them and namespace members.</summary>
internal static class Target
{
    public static void Assign(Expression target, Frame frame, Value value)
    {
        switch (target)
        {
            case Name name:
                name.Address.Write(frame, value);
                break;
            case NamespaceMember member:
                member.Assign(frame, value);
                break;
            case TupleExpression tuple:
                Unpack(tuple, frame, value);
                break;
            default:
                throw new InvalidOperationException("not a target");
        }
    }

    /// <summary>A copy whose names can have places of their own.</summary>
    public static Expression Copy(Expression target) => target switch
    {
        Name name => new Name(name.Identifier, name.Line) { Use = name.Use },
        TupleExpression tuple => new TupleExpression([.. tuple.Items.Select(Copy)], tuple.Line),
        _ => throw new InvalidOperationException("not a target"),
    };

    /// <summary>Fails unless every namespace member in <paramref name="target"/> belongs to a namespace.</summary>
    public static void Check(Expression target, Frame frame)
    {
        if (target is NamespaceMember member) member.Namespace(frame);
        else if (target is TupleExpression tuple) tuple.Items.ForEach(item => Check(item, frame));
    }

    private static void Unpack(TupleExpression tuple, Frame frame, Value value)
    {
        if (value is SequenceValue sequence && sequence.Items.Count == tuple.Items.Count)
        {
            for (int i = 0; i < tuple.Items.Count; i++) Assign(tuple.Items[i], frame, sequence.Items[i]);
            return;
        }
        IEnumerator<Value> elements = value.Iterate(frame.Rendering)
            ?? throw new ChatTemplateException($"cannot unpack non-iterable {value.TypeName} object");
        List<Value> values = [];
        while (elements.MoveNext())
        {
            if (values.Count == tuple.Items.Count) throw new ChatTemplateException($"too many values to unpack (expected {tuple.Items.Count})");
            values.Add(elements.Current);
        }
        if (values.Count < tuple.Items.Count)
            throw new ChatTemplateException($"not enough values to unpack (expected {tuple.Items.Count}, got {values.Count})");
        for (int i = 0; i < values.Count; i++) Assign(tuple.Items[i], frame, values[i]);
    }
}
