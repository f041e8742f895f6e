using System.Runtime.CompilerServices;

namespace Bloomery.Engine.Grammars;

/// <summary>Keeps whatever descends into itself from ending the process: a schema or pattern nested so deeply is refused.</summary>
internal static class Nesting
{
    public static void Check()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw new GrammarException("it is nested too deeply; simplify it");
    }
}
