using Bloomery.Engine.Grammars.Formulas;

namespace Bloomery.Engine.Grammars.Json;

/// <summary>One member or item: the place for its value, and what is left to hold of the object or array after it.</summary>
internal sealed class Transition(Residuals residuals, Formula[] pending, Slot slot)
{
    private readonly Dictionary<(ulong, bool), Residual?> _after = [];

    public Slot Slot => slot;

    /// <summary>What is left once the value is known; null where nothing can be right any more.</summary>
    public Residual? After(ulong truths, bool repeats)
    {
        if (_after.TryGetValue((truths, repeats), out Residual? known)) return known;
        Residual? result = residuals.Settle(pending, slot, truths, repeats);
        _after.Add((truths, repeats), result);
        return result;
    }
}
