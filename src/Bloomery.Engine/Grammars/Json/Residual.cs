using Bloomery.Engine.Grammars.Formulas;
using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Json;

/// <summary>
/// What is left to hold of an object or array that is being read: first what must, then what is only tracked. Equal ones are the same object.
/// </summary>
internal sealed class Residual(Residuals residuals, Formula[] formulas)
{
    private readonly Dictionary<(string?, ulong), Transition?> _members = [];
    private readonly Dictionary<KeyBits, Dfa> _keys = [];
    private KeyClasses? _classes;
    private Transition? _item;
    private bool _itemKnown;
    private (bool Ends, ulong Truths)? _end;

    public Formula[] Formulas => formulas;

    public KeyClasses Classes => _classes ??= new KeyClasses(residuals, this);

    /// <summary>Whether two equal items would matter.</summary>
    public bool WatchesRepetition { get; } = Array.Exists(formulas, residuals.HasUnique);

    /// <summary>Whether it may end here, and which of the tracked formulas hold then.</summary>
    public (bool Ends, ulong Truths) End => _end ??= residuals.End(formulas);

    public int FindKey(string key) => residuals.FindKey(key);

    /// <summary>The names that may come after those seen.</summary>
    public Dfa Keys(KeyBits seen)
    {
        if (!_keys.TryGetValue(seen, out Dfa? dfa)) _keys.Add(seen, dfa = Classes.Build(seen));
        return dfa;
    }

    /// <summary>A member of that name (null: one that no keyword mentions); null where it may not come.</summary>
    public Transition? Member(string? key, ulong signature)
    {
        if (_members.TryGetValue((key, signature), out Transition? known)) return known;
        Transition? result = residuals.Member(formulas, Classes, key, signature);
        _members.Add((key, signature), result);
        return result;
    }

    /// <summary>The next item; null where none may come.</summary>
    public Transition? Item()
    {
        if (_itemKnown) return _item;
        _item = residuals.Item(formulas);
        _itemKnown = true;
        return _item;
    }
}
