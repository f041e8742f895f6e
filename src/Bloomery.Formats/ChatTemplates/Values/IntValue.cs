using System.Globalization;
using System.Numerics;
using Bloomery.Formats.ChatTemplates.Builtins;
using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary>An integer of any size.</summary>
internal sealed class IntValue : Value
{
    private const int MaxBits = 1 << 16;
    private const int MaxPrintedBits = 14_284;      // 4,300 decimal digits, Python's own limit
    private const int SmallCount = 260;
    private const int SmallFirst = -4;

    private static readonly IntValue[] Small = MakeSmall();

    private IntValue(BigInteger number) => Number = number;

    public static IntValue Zero => Of(0);

    public static IntValue One => Of(1);

    public BigInteger Number { get; }

    public override string TypeName => "int";

    public override bool IsTrue => !Number.IsZero;

    public static IntValue Of(int number) => (uint)(number - SmallFirst) < SmallCount
        ? Small[number - SmallFirst]
        : new IntValue(number);

    /// <summary>An integer; one over 65,536 bits is over the limit.</summary>
    public static IntValue Of(BigInteger number)
    {
        if (number >= SmallFirst && number < SmallFirst + SmallCount) return Small[(int)number - SmallFirst];
        if (number.GetBitLength() > MaxBits)
            throw new ChatTemplateException($"an integer of {number.GetBitLength()} bits is over the limit of {MaxBits}", ChatTemplateError.Limit);
        return new IntValue(number);
    }

    /// <summary>Whether a result of about <paramref name="bits"/> bits may be computed.</summary>
    public static void CheckBits(double bits)
    {
        if (bits > MaxBits)
            throw new ChatTemplateException($"an integer of about {bits:0} bits is over the limit of {MaxBits}", ChatTemplateError.Limit);
    }

    public override Value? Attribute(Rendering rendering, string name) => NumberMethods.Attribute(this, name);

    public override void Repr(MarkedWriter writer) => writer.Append(Decimal(Number));

    public static string Decimal(BigInteger number) => number.GetBitLength() <= MaxPrintedBits
        ? number.ToString(CultureInfo.InvariantCulture)
        : throw new ChatTemplateException("Exceeds the limit (4300 digits) for integer string conversion");

    private static IntValue[] MakeSmall()
    {
        IntValue[] small = new IntValue[SmallCount];
        for (int i = 0; i < SmallCount; i++) small[i] = new IntValue(i + SmallFirst);
        return small;
    }
}
