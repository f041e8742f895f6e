using System.Globalization;
using System.Text;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Syntax;

/// <summary>Expressions, in Jinja's own order of precedence: <c>~</c> binds tighter than <c>+</c>, unary minus tighter than <c>**</c>.</summary>
internal sealed partial class Parser
{
    private Expression ParseExpression(bool conditional = true)
    {
        Deepen();
        Expression expression = conditional ? ParseConditional() : ParseOr();
        _depth--;
        return expression;
    }

    private Expression ParseConditional()
    {
        Expression value = ParseOr();
        while (Current.IsName("if"))
        {
            int line = Next().Line;
            Expression test = ParseOr();
            Expression? otherwise = SkipIfName("else") ? ParseExpression() : null;
            value = new Conditional(test, value, otherwise, line);
        }
        return value;
    }

    private Expression ParseOr()
    {
        Expression left = ParseAnd();
        while (Current.IsName("or"))
        {
            int line = Next().Line;
            left = new Or(left, ParseAnd(), line);
        }
        return left;
    }

    private Expression ParseAnd()
    {
        Expression left = ParseNot();
        while (Current.IsName("and"))
        {
            int line = Next().Line;
            left = new And(left, ParseNot(), line);
        }
        return left;
    }

    private Expression ParseNot()
    {
        if (!Current.IsName("not")) return ParseCompare();
        int line = Next().Line;
        Deepen();
        Expression operand = ParseNot();
        _depth--;
        return new Not(operand, line);
    }

    private Expression ParseCompare()
    {
        int line = Current.Line;
        Expression first = ParseSum();
        List<(string, Expression)> rest = [];
        while (true)
        {
            if (Current.Kind == TokenKind.Operator && Current.Text is "==" or "!=" or "<" or "<=" or ">" or ">=") rest.Add((Next().Text, ParseSum()));
            else if (SkipIfName("in")) rest.Add(("in", ParseSum()));
            else if (Current.IsName("not") && _tokens[_index + 1].IsName("in"))
            {
                Next();
                Next();
                rest.Add(("not in", ParseSum()));
            }
            else break;
        }
        return rest.Count == 0 ? first : new Compare(first, [.. rest], line);
    }

    private Expression ParseSum()
    {
        Expression left = ParseConcat();
        while (Current.Kind == TokenKind.Operator && Current.Text is "+" or "-")
        {
            Token op = Next();
            left = new Binary(op.Text, left, ParseConcat(), op.Line);
        }
        return left;
    }

    private Expression ParseConcat()
    {
        Expression first = ParseProduct();
        if (!Current.Is("~")) return first;
        int line = Current.Line;
        List<Expression> parts = [first];
        while (SkipIf("~")) parts.Add(ParseProduct());
        return new Concat(parts, line);
    }

    private Expression ParseProduct()
    {
        Expression left = ParsePower();
        while (Current.Kind == TokenKind.Operator && Current.Text is "*" or "/" or "//" or "%")
        {
            Token op = Next();
            left = new Binary(op.Text, left, ParsePower(), op.Line);
        }
        return left;
    }

    private Expression ParsePower()
    {
        Expression left = ParseUnary();
        while (Current.Is("**"))
        {
            int line = Next().Line;
            left = new Binary("**", left, ParseUnary(), line);
        }
        return left;
    }

    private Expression ParseUnary(bool filters = true)
    {
        Token token = Current;
        Expression node;
        if (token.Is("-") || token.Is("+"))
        {
            Next();
            Deepen();
            node = new Unary(token.Text, ParseUnary(filters: false), token.Line);
            _depth--;
        }
        else node = ParsePrimary();
        node = ParsePostfix(node);
        return filters ? ParseFiltersAndTests(node) : node;
    }

    private Expression ParsePrimary(bool members = false)
    {
        Token token = Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                Next();
                if (Const.OfKeyword(token) is { } keyword) return keyword;
                if (members && SkipIf(".")) return new NamespaceMember(new Name(token.Text, token.Line), Expect(TokenKind.Name).Text, token.Line);
                return new Name(token.Text, token.Line);
            case TokenKind.String:
                StringBuilder text = new(Next().Text);
                while (Current.Kind == TokenKind.String) text.Append(Next().Text);
                return new Const(new TextValue(text.ToString()), token.Line);
            case TokenKind.Integer:
                Next();
                return Numbers.TryParseInt(token.Text, 0, out System.Numerics.BigInteger integer)
                    ? new Const(IntValue.Of(integer), token.Line)
                    : throw Error("the integer is too long");
            case TokenKind.Float:
                Next();
                return new Const(new FloatValue(double.Parse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture)), token.Line);
            case TokenKind.Operator when token.Text == "(":
                Next();
                Expression inner = ParseTuple(parentheses: true);
                Expect(")");
                return inner;
            case TokenKind.Operator when token.Text == "[":
                return ParseList();
            case TokenKind.Operator when token.Text == "{":
                return ParseDict();
            default:
                throw Error($"unexpected '{token}'");
        }
    }

    /// <summary>One expression, or a tuple of them where commas follow.</summary>
    private Expression ParseTuple(
        bool conditional = true, bool simple = false, string? end = null, bool parentheses = false, bool members = false)
    {
        Deepen();
        int line = Current.Line;
        List<Expression> items = [];
        bool isTuple = false;
        while (true)
        {
            if (items.Count > 0) Expect(",");
            if (Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd || Current.Is(")") || (end is not null && Current.IsName(end))) break;
            items.Add(simple ? ParsePrimary(members) : ParseExpression(conditional));
            if (!Current.Is(",")) break;
            isTuple = true;
        }
        _depth--;
        if (isTuple) return new TupleExpression(items, line);
        if (items.Count > 0) return items[0];
        return parentheses ? new TupleExpression(items, line) : throw Error($"Expected an expression, got '{Current}'");
    }

    private ListExpression ParseList()
    {
        int line = Next().Line;
        List<Expression> items = [];
        while (!Current.Is("]"))
        {
            if (items.Count > 0) Expect(",");
            if (Current.Is("]")) break;
            items.Add(ParseExpression());
        }
        Next();
        return new ListExpression(items, line);
    }

    private DictExpression ParseDict()
    {
        int line = Next().Line;
        List<(Expression, Expression)> pairs = [];
        while (!Current.Is("}"))
        {
            if (pairs.Count > 0) Expect(",");
            if (Current.Is("}")) break;
            Expression key = ParseExpression();
            Expect(":");
            pairs.Add((key, ParseExpression()));
        }
        Next();
        return new DictExpression(pairs, line);
    }

    private Expression ParsePostfix(Expression node)
    {
        while (Current.Kind == TokenKind.Operator)
        {
            if (Current.Is(".")) node = ParseAttribute(node);
            else if (Current.Is("[")) node = ParseItem(node);
            else if (Current.Is("(")) node = ParseCall(node);
            else break;
        }
        return node;
    }

    private Expression ParseFiltersAndTests(Expression node)
    {
        while (true)
        {
            if (Current.Is("|")) node = ParseFilters(node);
            else if (Current.IsName("is")) node = ParseTest(node);
            else if (Current.Is("(")) node = ParseCall(node);
            else return node;
        }
    }

    private Expression ParseAttribute(Expression node)
    {
        int line = Next().Line;
        Token name = Next();
        if (name.Kind == TokenKind.Name) return new AttributeExpression(node, name.Text, line);
        if (name.Kind != TokenKind.Integer || !Numbers.TryParseInt(name.Text, 0, out System.Numerics.BigInteger index))
            throw Error("expected name or number");
        return new ItemExpression(node, new Const(IntValue.Of(index), line), line);
    }

    private Expression ParseItem(Expression node)
    {
        int line = Next().Line;
        List<Expression> keys = [];
        while (!Current.Is("]"))
        {
            if (keys.Count > 0) Expect(",");
            keys.Add(ParseSubscript());
        }
        Next();
        if (keys is [Slice slice]) return new SliceExpression(node, slice, line);
        if (keys.Exists(static k => k is Slice)) throw Error("slices cannot be part of a tuple");
        return new ItemExpression(node, keys.Count == 1 ? keys[0] : new TupleExpression(keys, line), line);
    }

    private Expression ParseSubscript()
    {
        int line = Current.Line;
        Expression? start = null;
        if (!Current.Is(":"))
        {
            start = ParseExpression();
            if (!Current.Is(":")) return start;
        }
        Next();
        Expression? stop = Bound();
        Expression? step = SkipIf(":") ? Bound() : null;
        return new Slice(start, stop, step, line);

        Expression? Bound() => Current.Is(":") || Current.Is("]") || Current.Is(",") ? null : ParseExpression();
    }

    private Call ParseCall(Expression node)
    {
        int line = Current.Line;
        return new Call(node, ParseArguments(), line);
    }

    private ArgumentList ParseArguments()
    {
        List<Expression> positional = [];
        List<KeyValuePair<string, Expression>> named = [];
        Expression? more = null;
        Expression? moreNamed = null;
        Expect("(");
        for (bool first = true; !Current.Is(")"); first = false)
        {
            if (!first)
            {
                Expect(",");
                if (Current.Is(")")) break;
            }
            if (Current.Is("*"))
            {
                Ensure(more is null && moreNamed is null);
                Next();
                more = ParseExpression();
            }
            else if (Current.Is("**"))
            {
                Ensure(moreNamed is null);
                Next();
                moreNamed = ParseExpression();
            }
            else if (Current.Kind == TokenKind.Name && _tokens[_index + 1].Is("="))
            {
                Ensure(moreNamed is null);
                string name = Next().Text;
                Next();
                if (named.Exists(n => n.Key == name)) throw Error($"keyword argument repeated: {name}");
                named.Add(new(name, ParseExpression()));
            }
            else
            {
                Ensure(more is null && moreNamed is null && named.Count == 0);
                positional.Add(ParseExpression());
            }
        }
        Next();
        return new ArgumentList([.. positional], [.. named], more, moreNamed);

        void Ensure(bool allowed)
        {
            if (!allowed) throw Error("invalid syntax for function call expression");
        }
    }

    private Expression ParseFilters(Expression? node, bool first = false)
    {
        while (first || Current.Is("|"))
        {
            if (!first) Next();
            first = false;
            int line = Current.Line;
            string name = ParseDottedName();
            node = new Filter(node, name, Current.Is("(") ? ParseArguments() : ArgumentList.None, line);
        }
        return node!;
    }

    private Expression ParseTest(Expression node)
    {
        int line = Next().Line;
        bool negated = SkipIfName("not");
        string name = ParseDottedName();
        ArgumentList arguments = ArgumentList.None;
        if (Current.Is("(")) arguments = ParseArguments();
        else if (Current.Kind is TokenKind.Name or TokenKind.String or TokenKind.Integer or TokenKind.Float || Current.Is("[") || Current.Is("{"))
        {
            if (Current.IsName("is")) throw Error("You cannot chain multiple tests with is");
            if (!Current.IsName("else") && !Current.IsName("or") && !Current.IsName("and"))
                arguments = new ArgumentList([ParsePostfix(ParsePrimary())], [], null, null);
        }
        Test test = new(node, name, arguments, line);
        return negated ? new Not(test, line) : test;
    }

    private string ParseDottedName()
    {
        string name = Expect(TokenKind.Name).Text;
        while (SkipIf(".")) name += "." + Expect(TokenKind.Name).Text;
        return name;
    }
}
