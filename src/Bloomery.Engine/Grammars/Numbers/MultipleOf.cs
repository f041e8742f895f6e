using System.Numerics;
using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Numbers;

/// <summary>
/// Unsigned multiples of c / 10^e. A state is the remainder of the digits so far and how many of them are fraction; after e of those only zeros may follow,
/// and only if the remainder is zero.
/// </summary>
internal sealed class MultipleOf : IMachine
{
    private const int LargestFactor = 1_000_000;
    private readonly int _factor, _scale;

    public MultipleOf(ExactDecimal factor)
    {
        if (factor.Negative || factor.IsZero) throw new GrammarException("multipleOf must be greater than zero");
        if (factor.Digits > LargestFactor || factor.Scale > 20) throw new GrammarException("multipleOf with more than six digits is not supported");
        (_factor, _scale) = ((int)factor.Digits, factor.Scale);
    }

    // States: 0 nothing yet; 1 a lone 0; then pairs of (fraction digits + 1 or 0 before the point, remainder).
    public int Next(int state, byte value)
    {
        int phase = 0, remainder = 0;
        if (state >= 2) (phase, remainder) = ((state - 2) / _factor, (state - 2) % _factor);
        if (value == '.') return state == 0 || phase != 0 || !CanEnd(remainder, 0) ? -1 : State(1, remainder);
        if (value is < (byte)'0' or > (byte)'9' || state == 1) return -1;
        int digit = value - '0';
        if (state == 0 && digit == 0) return 1;
        if (phase > _scale) return digit == 0 ? State(Math.Max(phase, 2), remainder) : -1;
        remainder = (int)((10L * remainder + digit) % _factor);
        if (phase == 0) return State(0, remainder);
        return CanEnd(remainder, phase) ? State(phase + 1, remainder) : -1;
    }

    public bool Accepts(int state)
    {
        if (state < 2) return state == 1;
        int fraction = Math.Max(0, (state - 2) / _factor - 1);
        return (state - 2) / _factor != 1 && (BigInteger.Pow(10, Math.Max(0, _scale - fraction)) * ((state - 2) % _factor) % _factor).IsZero;
    }

    public void Refine(ByteClasses classes)
    {
        for (int i = '0'; i <= '9'; i++) classes.Refine(ByteSet.Of((byte)i));
        classes.Refine(ByteSet.Of((byte)'.'));
    }

    private int State(int phase, int remainder) => checked(2 + phase * _factor + remainder);

    // Whether the fraction's remaining digits can bring the remainder to zero.
    private bool CanEnd(int remainder, int fractionDigits)
    {
        BigInteger power = BigInteger.Pow(10, _scale - fractionDigits), rest = power * remainder % _factor;
        return rest.IsZero || _factor - rest < power;
    }
}
