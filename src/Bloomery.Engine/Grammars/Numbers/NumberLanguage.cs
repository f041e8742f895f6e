using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Numbers;

/// <summary>Sets of numbers as expressions over their spelling without exponent.</summary>
internal sealed class NumberLanguage
{
    private readonly RegexBuilder _b;
    private readonly RegexNode _digit, _nonZero, _digits, _point, _minus, _unsigned, _zeroFraction;

    public NumberLanguage(RegexBuilder builder)
    {
        _b = builder;
        _digit = _b.Set(ByteSet.Range('0', '9'));
        _nonZero = _b.Set(ByteSet.Range('1', '9'));
        _digits = _b.Star(_digit);
        _point = _b.Literal(".");
        _minus = _b.Literal("-");
        RegexNode natural = _b.Or(_b.Literal("0"), _b.Concat(_nonZero, _digits)), optionalMinus = _b.Loop(_minus, 0, 1);
        RegexNode fraction = _b.Concat(_point, _b.Loop(_digit, 1, -1));
        _zeroFraction = _b.Concat(_point, _b.Loop(_b.Literal("0"), 1, -1));
        _unsigned = _b.Concat(natural, _b.Loop(fraction, 0, 1));
        RegexNode exponent = _b.Concat(
            _b.Set(ByteSet.Of((byte)'e') | ByteSet.Of((byte)'E')), _b.Loop(_b.Set(ByteSet.Of((byte)'+') | ByteSet.Of((byte)'-')), 0, 1),
            _b.Loop(_digit, 1, -1));
        Any = _b.Concat(optionalMinus, _unsigned, _b.Loop(exponent, 0, 1));
        RegexNode positive = _b.Or(
            _b.Concat(_nonZero, _digits, _b.Loop(fraction, 0, 1)), _b.Concat(_b.Literal("0."), _b.Star(_b.Literal("0")), _nonZero, _digits));
        Plain = _b.Or(_unsigned, _b.Concat(_minus, positive));
        Integer = _b.Or(natural, _b.Concat(_minus, _nonZero, _digits));
        Fractional = _b.Concat(optionalMinus, natural, _point, _digits, _nonZero, _digits);
    }

    /// <summary>Every JSON number.</summary>
    public RegexNode Any { get; }

    /// <summary>Numbers without exponent, and without minus zero: those that the bounds decide.</summary>
    public RegexNode Plain { get; }

    /// <summary>Whole numbers without fraction.</summary>
    public RegexNode Integer { get; }

    /// <summary>Numbers that no spelling makes whole.</summary>
    public RegexNode Fractional { get; }

    /// <summary>Plain numbers of at least, or of more than, a limit.</summary>
    public RegexNode Above(ExactDecimal limit, bool exclusive)
    {
        if (limit.Negative) return _b.Or(_unsigned, _b.And(Plain, _b.Concat(_minus, _b.And(_unsigned, _b.Not(Greater(limit, !exclusive))))));
        return Greater(limit, exclusive);
    }

    /// <summary>Plain numbers of at most, or of less than, a limit.</summary>
    public RegexNode Below(ExactDecimal limit, bool exclusive) => _b.And(Plain, _b.Not(Above(limit, !exclusive)));

    /// <summary>One number in all its plain spellings.</summary>
    public RegexNode Exactly(ExactDecimal value)
    {
        RegexNode fraction = value.IsInteger
            ? _b.Loop(_zeroFraction, 0, 1)
            : _b.Concat(_point, _b.Literal(value.Fraction), _b.Star(_b.Literal("0")));
        return _b.Concat(value.Negative ? _minus : _b.Epsilon, _b.Literal(value.Whole), fraction);
    }

    /// <summary>Plain multiples of a number.</summary>
    public RegexNode Multiples(ExactDecimal factor) => _b.And(Plain, _b.Concat(_b.Loop(_minus, 0, 1), _b.Machine(new MultipleOf(factor), 0)));

    // Without sign: longer ones are greater; of the same length the first digit that differs decides.
    private RegexNode Greater(ExactDecimal limit, bool exclusive)
    {
        string whole = limit.Whole, fraction = limit.Fraction;
        RegexNode anyFraction = _b.Loop(_b.Concat(_point, _b.Loop(_digit, 1, -1)), 0, 1);
        var parts = new List<RegexNode> { _b.Concat(_nonZero, _b.Loop(_digit, whole.Length, -1), anyFraction) };
        if (whole == "0") parts.Add(_b.Concat(_nonZero, anyFraction));
        for (int i = 0; i < whole.Length && whole != "0"; i++)
        {
            if (whole[i] == '9') continue;
            RegexNode rest = _b.Loop(_digit, whole.Length - 1 - i, whole.Length - 1 - i);
            parts.Add(_b.Concat(_b.Literal(whole[..i]), _b.Set(ByteSet.Range(whole[i] + 1, '9')), rest, anyFraction));
        }
        RegexNode nonZeroFraction = _b.Concat(_digits, _nonZero, _digits);
        var fractions = new List<RegexNode>();
        for (int i = 0; i < fraction.Length; i++)
        {
            if (fraction[i] != '9') fractions.Add(_b.Concat(_b.Literal(fraction[..i]), _b.Set(ByteSet.Range(fraction[i] + 1, '9')), _digits));
        }
        fractions.Add(_b.Concat(_b.Literal(fraction), exclusive ? nonZeroFraction : fraction.Length == 0 ? _b.Loop(_digit, 1, -1) : _digits));
        RegexNode tail = _b.Concat(_point, _b.Or([.. fractions]));
        if (!exclusive && fraction.Length == 0) tail = _b.Loop(tail, 0, 1);
        parts.Add(_b.Concat(_b.Literal(whole), tail));
        return _b.Or([.. parts]);
    }
}
