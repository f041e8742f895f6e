using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Syntax;

/// <summary>Builds the tree of a template from its tokens; this file: text, tags and statements.</summary>
internal sealed partial class Parser
{
    private const int MaxDepth = 200;

    private readonly List<Token> _tokens;
    private int _index;
    private int _depth;

    private Parser(List<Token> tokens) => _tokens = tokens;

    private Token Current => _tokens[_index];

    public static List<Statement> Parse(string source)
    {
        Parser parser = new(Lexer.Tokenize(source));
        return parser.ParseBody([]);
    }

    private List<Statement> ParseBody(string[] ends)
    {
        Deepen();
        List<Statement> body = [];
        List<Expression> output = [];
        while (true)
        {
            Token token = Current;
            switch (token.Kind)
            {
                case TokenKind.Data:
                    Next();
                    output.Add(new TemplateData(token.Text, token.Line));
                    break;
                case TokenKind.VariableBegin:
                    Next();
                    output.Add(ParseTuple());
                    Expect(TokenKind.VariableEnd);
                    break;
                case TokenKind.BlockBegin:
                    Flush();
                    Next();
                    if (Current.Kind == TokenKind.Name && ends.Contains(Current.Text))
                    {
                        _depth--;
                        return body;
                    }
                    body.Add(ParseStatement());
                    Expect(TokenKind.BlockEnd);
                    break;
                default:
                    Flush();
                    if (ends.Length > 0)
                        throw Error("Unexpected end of template. Jinja was looking for the following tags: "
                            + $"{string.Join(" or ", ends.Select(static e => $"'{e}'"))}.");
                    _depth--;
                    return body;
            }
        }

        void Flush()
        {
            if (output.Count == 0) return;
            body.Add(new Output([.. output], output[0].Line));
            output.Clear();
        }
    }

    /// <summary>The rest of an opening tag and the body up to one of <paramref name="ends"/>, which is left as the current token.</summary>
    private List<Statement> ParseBlock(params string[] ends)
    {
        SkipIf(":");
        Expect(TokenKind.BlockEnd);
        return ParseBody(ends);
    }

    private List<Statement> ParseWholeBlock(string end)
    {
        List<Statement> body = ParseBlock(end);
        Next();
        return body;
    }

    private Statement ParseStatement()
    {
        Token tag = Current;
        if (tag.Kind != TokenKind.Name) throw Error("tag name expected");
        Next();
        switch (tag.Text)
        {
            case "for": return ParseFor(tag.Line);
            case "if": return ParseIf(tag.Line);
            case "set": return ParseSet(tag.Line);
            case "macro": return ParseMacro(tag.Line);
            case "call": return ParseCallBlock(tag.Line);
            case "filter": return ParseFilterBlock(tag.Line);
            case "with": return ParseWith(tag.Line);
            case "print": return ParsePrint(tag.Line);
            case "block": return ParseNamedBlock(tag.Line);
            case "autoescape": return ParseAutoEscape(tag.Line);
            case "generation": return new Generation(ParseWholeBlock("endgeneration"), tag.Line);
            case "break": return new LoopJump(Runtime.Flow.Break, tag.Line);
            case "continue": return new LoopJump(Runtime.Flow.Continue, tag.Line);
            case "extends" or "include" or "import" or "from": return ParseLoad(tag);
            default:
                throw new ChatTemplateException($"Encountered unknown tag '{tag.Text}'.", ChatTemplateError.Syntax, tag.Line);
        }
    }

    private For ParseFor(int line)
    {
        Expression target = ParseTarget(tuple: true, end: "in");
        ExpectName("in");
        Expression source = ParseTuple(conditional: false, end: "recursive");
        Expression? test = SkipIfName("if") ? ParseExpression() : null;
        bool recursive = SkipIfName("recursive");
        List<Statement> body = ParseBlock("endfor", "else");
        List<Statement> otherwise = Next().Text == "else" ? ParseWholeBlock("endfor") : [];
        return new For(target, source, test, recursive, body, otherwise, line);
    }

    private If ParseIf(int line)
    {
        List<(Expression, List<Statement>)> branches = [];
        while (true)
        {
            Expression test = ParseTuple(conditional: false);
            branches.Add((test, ParseBlock("elif", "else", "endif")));
            string end = Next().Text;
            if (end == "elif") continue;
            return new If(branches, end == "else" ? ParseWholeBlock("endif") : [], line);
        }
    }

    private Statement ParseSet(int line)
    {
        Expression target = ParseTarget(tuple: true, members: true);
        if (SkipIf("=")) return new Assign(target, ParseTuple(), line);
        Filter? filter = Current.Is("|") ? (Filter)ParseFilters(null) : null;
        return new AssignBlock(target, filter, ParseWholeBlock("endset"), line);
    }

    private Macro ParseMacro(int line)
    {
        string name = ParseName();
        (List<Name> parameters, List<Expression> defaults) = ParseSignature();
        return new Macro(name, parameters, defaults, ParseWholeBlock("endmacro"), line);
    }

    private CallBlock ParseCallBlock(int line)
    {
        (List<Name> parameters, List<Expression> defaults) = Current.Is("(") ? ParseSignature() : ([], []);
        if (ParseExpression() is not Call call) throw Error("expected call");
        return new CallBlock(call, parameters, defaults, ParseWholeBlock("endcall"), line);
    }

    private FilterBlock ParseFilterBlock(int line)
    {
        Filter filter = (Filter)ParseFilters(null, first: true);
        return new FilterBlock(filter, ParseWholeBlock("endfilter"), line);
    }

    private With ParseWith(int line)
    {
        List<(Expression, Expression)> pairs = [];
        while (Current.Kind != TokenKind.BlockEnd)
        {
            if (pairs.Count > 0) Expect(",");
            Expression target = ParseTarget(tuple: true);
            MakeParameter(target);
            Expect("=");
            pairs.Add((target, ParseExpression()));
        }
        return new With(pairs, ParseWholeBlock("endwith"), line);
    }

    private Output ParsePrint(int line)
    {
        List<Expression> values = [];
        while (Current.Kind != TokenKind.BlockEnd)
        {
            if (values.Count > 0) Expect(",");
            values.Add(ParseExpression());
        }
        return new Output([.. values], line);
    }

    private Block ParseNamedBlock(int line)
    {
        string name = Expect(TokenKind.Name).Text;
        bool scoped = SkipIfName("scoped");
        bool required = SkipIfName("required");
        if (Current.Is("-"))
            throw Error("Block names in Jinja have to be valid Python identifiers and may not contain hyphens, use an underscore instead.");
        List<Statement> body = ParseWholeBlock("endblock");
        if (required && !body.TrueForAll(static s => s is Output o && o.IsBlank))
            throw Error("Required blocks can only contain comments or whitespace");
        SkipIfName(name);
        return new Block(name, scoped, required, body, line);
    }

    private AutoEscape ParseAutoEscape(int line)
    {
        Expression on = ParseExpression();
        return new AutoEscape(on, ParseWholeBlock("endautoescape"), line);
    }

    /// <summary>Tags that load other templates: read in full, refused when they run, as there is no loader.</summary>
    private LoadTemplate ParseLoad(Token tag)
    {
        Expression template = ParseExpression();
        List<string> names = [];
        if (tag.Text == "include" && Current.IsName("ignore"))
        {
            Next();
            ExpectName("missing");
        }
        else if (tag.Text == "import")
        {
            ExpectName("as");
            names.Add(ParseName());
        }
        else if (tag.Text == "from")
        {
            ExpectName("import");
            do
            {
                if (names.Count > 0 && IsContext()) break;
                string name = ParseName();
                if (name.StartsWith('_')) throw Error("names starting with an underline can not be imported");
                names.Add(SkipIfName("as") ? ParseName() : name);
            }
            while (!IsContext() && SkipIf(","));
        }
        if (tag.Text != "extends" && IsContext())
        {
            Next();
            Next();
        }
        return new LoadTemplate(template, [.. names], tag.Line);

        bool IsContext() => (Current.IsName("with") || Current.IsName("without")) && _tokens[_index + 1].IsName("context");
    }

    private (List<Name> Parameters, List<Expression> Defaults) ParseSignature()
    {
        List<Name> parameters = [];
        List<Expression> defaults = [];
        Expect("(");
        while (!Current.Is(")"))
        {
            if (parameters.Count > 0) Expect(",");
            int line = Current.Line;
            Name parameter = new(ParseName(), line) { Use = NameUse.Parameter };
            if (SkipIf("=")) defaults.Add(ParseExpression());
            else if (defaults.Count > 0) throw Error("non-default argument follows default argument");
            if (parameters.Exists(p => p.Identifier == parameter.Identifier))
                throw Error($"duplicate argument '{parameter.Identifier}' in function definition");
            parameters.Add(parameter);
        }
        Next();
        return (parameters, defaults);
    }

    private string ParseName()
    {
        Token token = Expect(TokenKind.Name);
        if (Const.OfKeyword(token) is not null) throw Error($"can't assign to '{token.Text}'");
        return token.Text;
    }

    /// <summary>What may be assigned to: a name, a tuple of them, or (with <paramref name="members"/>) <c>ns.name</c>.</summary>
    private Expression ParseTarget(bool tuple, string? end = null, bool members = false)
    {
        Expression target = tuple ? ParseTuple(simple: true, end: end, members: members) : ParsePrimary(members);
        if (!MakeTarget(target)) throw new ChatTemplateException("can't assign to this expression", ChatTemplateError.Syntax, target.Line);
        return target;
    }

    private static bool MakeTarget(Expression target)
    {
        switch (target)
        {
            case Name name:
                name.Use = NameUse.Store;
                return true;
            case NamespaceMember:
                return true;
            case TupleExpression tuple:
                return tuple.Items.TrueForAll(MakeTarget);
            default:
                return false;
        }
    }

    private static void MakeParameter(Expression target)
    {
        if (target is Name name) name.Use = NameUse.Parameter;
        else if (target is TupleExpression tuple) tuple.Items.ForEach(MakeParameter);
    }

    private void Deepen()
    {
        if (++_depth > MaxDepth)
            throw new ChatTemplateException($"the template is nested more than {MaxDepth} deep", ChatTemplateError.Limit, Current.Line);
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
    }

    private Token Next()
    {
        Token token = Current;
        if (_index < _tokens.Count - 1) _index++;
        return token;
    }

    private Token Expect(TokenKind kind)
    {
        if (Current.Kind != kind) throw Error($"expected token '{new Token(kind, "name", 0)}', got '{Current}'");
        return Next();
    }

    private void Expect(string op)
    {
        if (!SkipIf(op)) throw Error($"expected token '{op}', got '{Current}'");
    }

    private void ExpectName(string name)
    {
        if (!SkipIfName(name)) throw Error($"expected token '{name}', got '{Current}'");
    }

    private bool SkipIf(string op)
    {
        if (!Current.Is(op)) return false;
        Next();
        return true;
    }

    private bool SkipIfName(string name)
    {
        if (!Current.IsName(name)) return false;
        Next();
        return true;
    }

    private ChatTemplateException Error(string problem) => new(problem, ChatTemplateError.Syntax, Current.Line);
}
