using Bloomery.Formats.ChatTemplates.Syntax;

namespace Bloomery.Formats.ChatTemplates.Scoping;

/// <summary>A template's tree whose variables have their places.</summary>
internal sealed record ResolvedTemplate(
    List<Statement> Body,
    FunctionScope Function,
    ScopeEntry Scope,
    Slot? Self,
    IReadOnlyDictionary<string, Block> Blocks);
