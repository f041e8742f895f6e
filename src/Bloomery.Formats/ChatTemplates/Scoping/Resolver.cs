using Bloomery.Formats.ChatTemplates.Syntax;

namespace Bloomery.Formats.ChatTemplates.Scoping;

/// <summary>
/// Gives every variable of a template its place and refuses what cannot run: unknown filters and tests (outside of
/// conditions, where Jinja leaves them until they are used), jumps outside of loops, too deep a tree.
/// </summary>
internal sealed class Resolver
{
    private const int MaxTreeDepth = 400;

    private readonly Dictionary<string, Block> _blocks = [];

    public static ResolvedTemplate Resolve(List<Statement> body)
    {
        CheckDepth(body);
        Resolver resolver = new();
        FunctionScope function = new(null);
        Symbols symbols = new(function, null);
        Slot? self = SymbolFinder.Reads(body, "self") ? symbols.Parameter("self") : null;
        SymbolFinder.Visit(body, symbols);
        resolver.Visit(body, new Scope(symbols) { IsTopLevel = true });
        return new ResolvedTemplate(body, function, symbols.ToEntry(), self, resolver._blocks);
    }

    private static void CheckDepth(List<Statement> body)
    {
        Stack<(Node Node, int Depth)> open = new();
        foreach (Statement statement in body) open.Push((statement, 1));
        while (open.TryPop(out (Node Node, int Depth) next))
        {
            if (next.Depth > MaxTreeDepth)
                throw new ChatTemplateException($"the template is nested more than {MaxTreeDepth} deep", ChatTemplateError.Limit, next.Node.Line);
            foreach (Node child in next.Node.Children) open.Push((child, next.Depth + 1));
        }
    }

    private void Visit(IEnumerable<Node> nodes, Scope scope)
    {
        foreach (Node node in nodes) Visit(node, scope);
    }

    private void Visit(Node node, Scope scope)
    {
        switch (node)
        {
            case Name name:
                name.Address = scope.AddressOf(name.Identifier);
                break;
            case Filter { IsKnown: false } filter when !scope.IsSoft:
                throw new ChatTemplateException($"No filter named '{filter.FilterName}'.", ChatTemplateError.Syntax, filter.Line);
            case Test { IsKnown: false } test when !scope.IsSoft:
                throw new ChatTemplateException($"No test named '{test.TestName}'.", ChatTemplateError.Syntax, test.Line);
            case And { IsDecided: true } or Or { IsDecided: true } or Conditional or If:
                Visit(node.Children, scope with { IsSoft = true });
                break;
            case LoopJump when !scope.IsInLoop:
                throw new ChatTemplateException("'break' or 'continue' outside loop", ChatTemplateError.Syntax, node.Line);
            case For loop:
                VisitFor(loop, scope);
                break;
            case Macro macro:
                macro.Address = scope.AddressOf(macro.MacroName);
                macro.IsExported = scope.IsTopLevel;
                VisitFunction(macro.Function, scope, macro.Line);
                break;
            case CallBlock call:
                VisitFunction(call.Function, scope, call.Line);
                Visit(call.Call, scope);
                break;
            case Generation generation:
                VisitFunction(generation.Function, scope, generation.Line);
                break;
            case Assign assign:
                Visit(assign.Value, scope);
                Visit(assign.Target, scope);
                if (scope.IsTopLevel) assign.Exports = [.. NamesIn(assign.Target)];
                break;
            case AssignBlock assign:
                VisitAssignBlock(assign, scope);
                break;
            case FilterBlock block:
                Scope inside = scope.Inner();
                SymbolFinder.Visit(block.Children, inside.Symbols);
                Visit(block.Children, inside);
                block.Scope = inside.Symbols.ToEntry();
                break;
            case AutoEscape escape:
                Scope escaping = scope.Inner();
                SymbolFinder.Visit(escape.Children, escaping.Symbols);
                Visit(escape.Children, escaping);
                escape.Scope = escaping.Symbols.ToEntry();
                break;
            case With with:
                VisitWith(with, scope);
                break;
            case Block block:
                VisitBlock(block, scope);
                break;
            case LoadTemplate load:
                Visit(load.Children, scope);
                break;
            default:
                Visit(node.Children, scope);
                break;
        }
    }

    private void VisitFor(For loop, Scope scope)
    {
        foreach (Name name in Descendants(loop).OfType<Name>())
            if (name.Use == NameUse.Store && name.Identifier == "loop")
                throw new ChatTemplateException("Can't assign to special loop variable in for-loop target", ChatTemplateError.Syntax, name.Line);

        Visit(loop.Source, scope);
        if (loop.Test is not null)
        {
            Scope testing = scope.Inner();
            SymbolFinder.VisitTarget(loop.TestTarget, testing.Symbols);
            SymbolFinder.Visit(loop.Test, testing.Symbols);
            Visit(loop.TestTarget, testing);
            Visit(loop.Test, testing);
            loop.TestScope = testing.Symbols.ToEntry();
        }

        if (loop.IsRecursive) loop.Function = new FunctionScope(scope.Symbols.Function);
        Scope body = scope.Inner(loop.Function) with { IsInLoop = true };
        bool usesLoop = loop.IsRecursive || SymbolFinder.Reads(loop.Body, "loop") || Descendants(loop).Any(static n => n is Block { IsScoped: true });
        if (usesLoop) loop.Loop = body.Symbols.Parameter("loop");
        SymbolFinder.VisitTarget(loop.Target, body.Symbols);
        SymbolFinder.Visit(loop.Body, body.Symbols);
        Visit(loop.Target, body);
        Visit(loop.Body, body);
        loop.BodyScope = body.Symbols.ToEntry();

        Scope otherwise = scope.Inner(loop.Function);
        SymbolFinder.Visit(loop.Otherwise, otherwise.Symbols);
        Visit(loop.Otherwise, otherwise);
        loop.ElseScope = otherwise.Symbols.ToEntry();
    }

    private void VisitFunction(Macros function, Scope scope, int line)
    {
        function.Function = new FunctionScope(scope.Symbols.Function);
        Scope inside = scope.Inner(function.Function);
        SymbolFinder.Visit(function.Parameters, inside.Symbols);
        function.UsesCaller = SymbolFinder.Reads(function.Body, "caller");
        int explicitCaller = Array.IndexOf(function.Names, "caller");
        if (function.UsesCaller && explicitCaller < 0) function.Caller = inside.Symbols.Parameter("caller");
        else if (function.UsesCaller && explicitCaller < function.Names.Length - function.Defaults.Count)
        {
            throw new ChatTemplateException(
                "When defining macros or call blocks the special \"caller\" argument must be omitted or be given a default.",
                ChatTemplateError.Syntax,
                line);
        }
        if (!function.Names.Contains("kwargs") && SymbolFinder.Reads(function.Body, "kwargs")) function.Named = inside.Symbols.Parameter("kwargs");
        if (!function.Names.Contains("varargs") && SymbolFinder.Reads(function.Body, "varargs")) function.More = inside.Symbols.Parameter("varargs");
        SymbolFinder.Visit(function.Children, inside.Symbols);
        Visit(function.Children, inside);
        function.Scope = inside.Symbols.ToEntry();
    }

    private void VisitAssignBlock(AssignBlock assign, Scope scope)
    {
        Scope inside = scope.Inner();
        SymbolFinder.Visit(assign.Body, inside.Symbols);
        if (assign.Filter is not null) SymbolFinder.Visit(assign.Filter, inside.Symbols);
        Visit(assign.Body, inside);
        if (assign.Filter is not null) Visit(assign.Filter, inside);
        Visit(assign.Target, scope);
        assign.Scope = inside.Symbols.ToEntry();
        if (scope.IsTopLevel) assign.Exports = [.. NamesIn(assign.Target)];
    }

    private void VisitWith(With with, Scope scope)
    {
        Scope inside = scope.Inner();
        foreach ((Expression target, _) in with.Pairs) SymbolFinder.Visit(target, inside.Symbols);
        SymbolFinder.Visit(with.Body, inside.Symbols);
        foreach ((Expression target, Expression value) in with.Pairs)
        {
            Visit(value, scope);
            Visit(target, inside);
        }
        Visit(with.Body, inside);
        with.Scope = inside.Symbols.ToEntry();
    }

    private void VisitBlock(Block block, Scope scope)
    {
        if (!_blocks.TryAdd(block.BlockName, block))
            throw new ChatTemplateException($"block '{block.BlockName}' defined twice", ChatTemplateError.Syntax, block.Line);
        if (block.IsScoped)
            block.Locals = [.. scope.Symbols.Assigned().Select(v => new KeyValuePair<string, Address>(v.Key, scope.Symbols.Function.AddressOf(v.Value)))];

        // A block is a function of its own that does not see the variables around it.
        Scope inside = new(new Symbols(block.Function, null));
        if (SymbolFinder.Reads(block.Body, "self")) block.Self = inside.Symbols.Parameter("self");
        if (SymbolFinder.Reads(block.Body, "super")) block.Super = inside.Symbols.Parameter("super");
        SymbolFinder.Visit(block.Body, inside.Symbols);
        Visit(block.Body, inside);
        block.Scope = inside.Symbols.ToEntry();
    }

    private static IEnumerable<Name> NamesIn(Expression target) => target switch
    {
        Name name => [name],
        TupleExpression tuple => tuple.Items.SelectMany(NamesIn),
        _ => [],
    };

    private static IEnumerable<Node> Descendants(Node node)
    {
        Stack<Node> open = new(node.Children);
        while (open.TryPop(out Node? next))
        {
            yield return next;
            foreach (Node child in next.Children) open.Push(child);
        }
    }

    /// <summary>Where the pass is: the scope's symbols and what surrounds it.</summary>
    private sealed record Scope(Symbols Symbols)
    {
        public bool IsTopLevel { get; init; }

        /// <summary>Directly inside a condition.</summary>
        public bool IsSoft { get; init; }

        public bool IsInLoop { get; init; }

        public Address AddressOf(string name) => Symbols.Function.AddressOf(Symbols.Find(name)!);

        /// <summary>A scope inside; of a function of its own where one is given.</summary>
        public Scope Inner(FunctionScope? function = null) =>
            new(new Symbols(function ?? Symbols.Function, Symbols)) { IsInLoop = function is null && IsInLoop };
    }
}
