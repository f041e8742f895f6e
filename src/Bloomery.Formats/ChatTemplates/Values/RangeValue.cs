using System.Numerics;
using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary>A range of integers, at most 100,000 of them.</summary>
internal sealed class RangeValue(BigInteger start, BigInteger stop, BigInteger step, int count) : Value
{
    public const int MaxCount = 100_000;

    public override string TypeName => "range";

    public override bool IsTrue => count > 0;

    public override int Length => count;

    public BigInteger Start => start;

    public BigInteger Stop => stop;

    public BigInteger Step => step;

    /// <summary>The range, or an error where it is too long.</summary>
    public static RangeValue Of(BigInteger start, BigInteger stop, BigInteger step)
    {
        if (step.IsZero) throw new ChatTemplateException("range() arg 3 must not be zero");
        BigInteger count = step.Sign > 0 ? (stop - start + step - 1) / step : (start - stop - step - 1) / -step;
        if (count.Sign < 0 || (step.Sign > 0 ? start >= stop : start <= stop)) count = 0;
        if (count > MaxCount)
            throw new ChatTemplateException($"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({MaxCount}).", ChatTemplateError.Limit);
        return new RangeValue(start, stop, step, (int)count);
    }

    public IntValue At(int index) => IntValue.Of(start + (step * index));

    public override IEnumerator<Value> Iterate(Rendering rendering)
    {
        for (int i = 0; i < count; i++) yield return At(i);
    }

    public override Value? Item(Rendering rendering, Value key)
    {
        if (!Numbers.TryInt(key, out BigInteger index)) return null;
        if (index < 0) index += count;
        return index >= 0 && index < count ? At((int)index) : null;
    }

    public override Value? Attribute(Rendering rendering, string name) => name switch
    {
        "start" => IntValue.Of(start),
        "stop" => IntValue.Of(stop),
        "step" => IntValue.Of(step),
        _ => Builtins.SequenceMethods.FindOnRange(this, name),
    };

    public override void Repr(MarkedWriter writer)
    {
        writer.Append($"range({start}, {stop}");
        if (!step.IsOne) writer.Append($", {step}");
        writer.Append(')');
    }
}
