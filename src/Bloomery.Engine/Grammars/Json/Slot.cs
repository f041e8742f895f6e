using Bloomery.Engine.Grammars.Formulas;
using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Json;

/// <summary>A place for a value: what must hold of it, and the formulas whose truth the place around it has to learn.</summary>
internal sealed class Slot
{
    private readonly Residuals _residuals;
    private Residual? _object, _array;
    private Dfa? _scalars, _strings;
    private Dfa[]? _trackedScalars, _trackedStrings;
    private ulong _constantTruths;

    public Slot(Residuals residuals, Formula must, Formula[] tracked)
    {
        _residuals = residuals;
        (Must, Tracked) = (must, tracked);
    }

    public Formula Must { get; }

    public Formula[] Tracked { get; }

    public Dfa Scalars => _scalars ??= _residuals.Languages.Scalars(Must);

    public Dfa Strings => _strings ??= _residuals.Languages.Strings(Must);

    public Residual Object => _object ??= _residuals.Start(this, JsonType.Object);

    public Residual Array => _array ??= _residuals.Start(this, JsonType.Array);

    /// <summary>The automata of the tracked formulas, for strings; empty where their truth does not depend on the characters.</summary>
    public Dfa[] TrackedStrings
    {
        get
        {
            if (_trackedStrings is not null) return _trackedStrings;
            for (int i = 0; i < Tracked.Length; i++)
            {
                FormulaKind kind = _residuals.Languages.Reduce(Tracked[i], JsonType.String).Kind;
                if (kind == FormulaKind.True) _constantTruths |= 1UL << i;
                else if (kind != FormulaKind.False) return _trackedStrings = System.Array.ConvertAll(Tracked, _residuals.Languages.Strings);
            }
            return _trackedStrings = [];
        }
    }

    /// <summary>Which of the tracked formulas a string fulfils.</summary>
    /// <param name="states">Where it has brought <see cref="TrackedStrings"/>.</param>
    public ulong StringTruths(ReadOnlySpan<int> states)
    {
        if (TrackedStrings.Length == 0) return _constantTruths;
        ulong truths = 0;
        for (int i = 0; i < states.Length; i++)
        {
            if (states[i] >= 0 && TrackedStrings[i].Accepts(states[i])) truths |= 1UL << i;
        }
        return truths;
    }

    /// <summary>Which of the tracked formulas another scalar fulfils.</summary>
    public ulong Truths(ReadOnlySpan<byte> text)
    {
        _trackedScalars ??= System.Array.ConvertAll(Tracked, _residuals.Languages.Scalars);
        ulong truths = 0;
        for (int i = 0; i < _trackedScalars.Length; i++)
        {
            if (_trackedScalars[i].Matches(text)) truths |= 1UL << i;
        }
        return truths;
    }
}
