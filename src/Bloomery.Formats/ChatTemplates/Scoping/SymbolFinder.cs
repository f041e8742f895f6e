using Bloomery.Formats.ChatTemplates.Syntax;

namespace Bloomery.Formats.ChatTemplates.Scoping;

/// <summary>Finds the names that a scope reads and assigns; scopes inside it are left to their own analysis.</summary>
internal static class SymbolFinder
{
    public static void Visit(IEnumerable<Node> nodes, Symbols symbols)
    {
        foreach (Node node in nodes) Visit(node, symbols);
    }

    public static void Visit(Node node, Symbols symbols)
    {
        switch (node)
        {
            case Name name when name.Use == NameUse.Load:
                symbols.Load(name.Identifier);
                break;
            case Name name when name.Use == NameUse.Store:
                symbols.Store(name.Identifier);
                break;
            case Name name:
                symbols.Parameter(name.Identifier);
                break;
            case If conditional:
                VisitIf(conditional, symbols);
                break;
            case Macro macro:
                symbols.Store(macro.MacroName);
                break;
            case LoadTemplate load:
                Visit(load.Children, symbols);
                foreach (string name in load.Names) symbols.Store(name);
                break;
            case Assign assign:
                Visit(assign.Value, symbols);
                Visit(assign.Target, symbols);
                break;
            case AssignBlock assign:
                Visit(assign.Target, symbols);
                break;
            case For loop:
                Visit(loop.Source, symbols);
                break;
            case CallBlock call:
                Visit(call.Call, symbols);
                break;
            case FilterBlock block:
                Visit(block.Filter, symbols);
                break;
            case With with:
                foreach ((_, Expression value) in with.Pairs) Visit(value, symbols);
                break;
            case Generation or AutoEscape or Block:
                break;
            default:
                Visit(node.Children, symbols);
                break;
        }
    }

    /// <summary>The parameters that a loop's target gives its scope.</summary>
    public static void VisitTarget(Expression target, Symbols symbols)
    {
        if (target is Name name) symbols.Parameter(name.Identifier);
        else foreach (Node child in target.Children) VisitTarget((Expression)child, symbols);
    }

    /// <summary>Whether a name is read somewhere inside, scopes included, before it is assigned.</summary>
    public static bool Reads(IEnumerable<Node> nodes, string identifier)
    {
        bool assigned = false;
        return Reads(nodes, identifier, ref assigned);
    }

    private static bool Reads(IEnumerable<Node> nodes, string identifier, ref bool assigned)
    {
        foreach (Node node in nodes)
        {
            if (assigned) return false;
            if (node is Block) continue;
            if (node is Name name)
            {
                if (name.Identifier != identifier) continue;
                if (name.Use == NameUse.Load) return true;
                assigned = true;
                return false;
            }
            if (Reads(node.Children, identifier, ref assigned)) return true;
        }
        return false;
    }

    private static void VisitIf(If node, Symbols symbols)
    {
        (Expression test, List<Statement> body) = node.Branches[0];
        Visit(test, symbols);
        Symbols first = symbols.Branch();
        Visit(body, first);
        Symbols others = symbols.Branch();
        foreach ((Expression elseTest, List<Statement> elseBody) in node.Branches.Skip(1))
        {
            Visit(elseTest, others);
            Symbols branch = others.Branch();
            Visit(elseBody, branch);
            others.Join([branch]);
        }
        Symbols otherwise = symbols.Branch();
        Visit(node.Otherwise, otherwise);
        symbols.Join([first, others, otherwise]);
    }
}
