using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Syntax;

internal sealed class Binary : Expression
{
    private readonly Expression _left;
    private readonly Expression _right;
    private readonly Func<Rendering, Value, Value, Value> _operation;

    public Binary(string op, Expression left, Expression right, int line)
        : base(line)
    {
        _left = left;
        _right = right;
        _operation = op switch
        {
            "+" => Arithmetic.Add,
            "-" => Arithmetic.Subtract,
            "*" => Arithmetic.Multiply,
            "/" => Arithmetic.Divide,
            "//" => Arithmetic.FloorDivide,
            "%" => Arithmetic.Modulo,
            "**" => Arithmetic.Power,
            _ => throw new ArgumentOutOfRangeException(nameof(op), op, "not an operator"),
        };
    }

    public override IEnumerable<Node> Children => [_left, _right];

    public override Value Evaluate(Frame frame) => _operation(frame.Rendering, _left.Evaluate(frame), _right.Evaluate(frame));
}

internal sealed class Unary(string op, Expression operand, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => [operand];

    public override Value Evaluate(Frame frame) =>
        op == "-" ? Arithmetic.Negate(operand.Evaluate(frame)) : Arithmetic.Plus(operand.Evaluate(frame));
}

internal sealed class Not(Expression operand, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => [operand];

    public override Value Evaluate(Frame frame) => BoolValue.Of(!operand.Evaluate(frame).IsTrue);
}

internal sealed class And(Expression left, Expression right, int line) : Expression(line)
{
    /// <summary>Whether the right side can never be needed.</summary>
    public bool IsDecided => left is Const { Value.IsTrue: false };

    public override IEnumerable<Node> Children => [left, right];

    public override Value Evaluate(Frame frame) => left.Evaluate(frame) is { IsTrue: false } value ? value : right.Evaluate(frame);
}

internal sealed class Or(Expression left, Expression right, int line) : Expression(line)
{
    /// <summary>Whether the right side can never be needed.</summary>
    public bool IsDecided => left is Const { Value.IsTrue: true };

    public override IEnumerable<Node> Children => [left, right];

    public override Value Evaluate(Frame frame) => left.Evaluate(frame) is { IsTrue: true } value ? value : right.Evaluate(frame);
}

/// <summary><c>value if test else otherwise</c>.</summary>
internal sealed class Conditional(Expression test, Expression value, Expression? otherwise, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => otherwise is null ? [test, value] : [test, value, otherwise];

    public override Value Evaluate(Frame frame) => test.Evaluate(frame).IsTrue
        ? value.Evaluate(frame)
        : otherwise?.Evaluate(frame)
            ?? new UndefinedValue($"the inline if-expression on line {Line} evaluated to false and no else section was defined.");
}

/// <summary>A chain of comparisons as in Python: <c>a &lt; b &lt; c</c> is both, each operand evaluated once.</summary>
internal sealed class Compare(Expression first, (string Op, Expression Operand)[] rest, int line) : Expression(line)
{
    public override IEnumerable<Node> Children => [first, .. rest.Select(static r => r.Operand)];

    public override Value Evaluate(Frame frame)
    {
        Rendering rendering = frame.Rendering;
        Value left = first.Evaluate(frame);
        foreach ((string op, Expression operand) in rest)
        {
            Value right = operand.Evaluate(frame);
            bool holds = op switch
            {
                "==" => Comparison.AreEqual(rendering, left, right),
                "!=" => !Comparison.AreEqual(rendering, left, right),
                "in" => Comparison.Contains(rendering, right, left),
                "not in" => !Comparison.Contains(rendering, right, left),
                _ => Comparison.Holds(rendering, op, left, right),
            };
            if (!holds) return BoolValue.False;
            left = right;
        }
        return BoolValue.True;
    }
}
