using System.Numerics;
using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary><c>value[start:stop:step]</c>.</summary>
internal static class Slicing
{
    public static Value Slice(Rendering rendering, Value value, Value? start, Value? stop, Value? step)
    {
        if (value is UndefinedValue undefined) throw undefined.Error();
        if (value is not (TextValue or SequenceValue or RangeValue or BytesValue))
            throw new ChatTemplateException(value is DictValue ? "unhashable type: 'slice'" : $"'{value.TypeName}' object is not subscriptable");
        (int first, int count, int stride, int end) = Resolve(value.Length, start, stop, step);
        rendering.Step();
        switch (value)
        {
            case TextValue text:
                return SliceText(rendering, text, first, count, stride);
            case SequenceValue sequence:
                rendering.Elements(count);
                Value[] items = new Value[count];
                for (int i = 0; i < count; i++) items[i] = sequence.Items[first + (i * stride)];
                return sequence.Make(items);
            case RangeValue range:
                BigInteger from = range.Start + (range.Step * first);
                BigInteger pace = range.Step * stride;
                // It ends where the slice does, not where the last step would lead.
                return RangeValue.Of(from, range.Start + (range.Step * end), pace);
            default:
                BytesValue bytes = (BytesValue)value;
                byte[] part = new byte[count];
                for (int i = 0; i < count; i++) part[i] = bytes.Bytes[first + (i * stride)];
                return new BytesValue(part, bytes.Marked);
        }
    }

    private static TextValue SliceText(Rendering rendering, TextValue text, int first, int count, int stride)
    {
        rendering.Text(count);
        if (stride == 1 || count == 0)
        {
            if (text.IsFlat) return text.Slice(count == 0 ? 0 : first, count);
            int begin = CodePoints.Index(text.Text, count == 0 ? 0 : first);
            int end = begin;
            for (int i = 0; i < count; i++) end += CodePoints.LengthAt(text.Text, end);
            return text.Slice(begin, end - begin);
        }
        int[]? starts = text.IsFlat ? null : Starts(text);
        MarkedWriter writer = new(rendering);
        for (int i = 0; i < count; i++)
        {
            int position = first + (i * stride);
            int index = starts is null ? position : starts[position];
            writer.Append(text, index, CodePoints.LengthAt(text.Text, index));
        }
        return writer.ToValue(text.Safe);
    }

    private static int[] Starts(TextValue text)
    {
        int[] starts = new int[text.Length];
        for (int i = 0, index = 0; i < starts.Length; i++)
        {
            starts[i] = index;
            index += CodePoints.LengthAt(text.Text, index);
        }
        return starts;
    }

    private static (int First, int Count, int Stride, int End) Resolve(int length, Value? start, Value? stop, Value? step)
    {
        BigInteger stride = Bound(step) ?? BigInteger.One;
        if (stride.IsZero) throw new ChatTemplateException("slice step cannot be zero");
        bool forward = stride.Sign > 0;
        int low = forward ? 0 : -1;
        int high = forward ? length : length - 1;
        int from = Clamp(Bound(start), forward ? low : high);
        int to = Clamp(Bound(stop), forward ? high : low);
        BigInteger count = forward
            ? to <= from ? 0 : (to - from + stride - 1) / stride
            : to >= from ? 0 : (from - to - stride - 1) / -stride;
        int pace = (int)BigInteger.Max(BigInteger.Min(stride, int.MaxValue), -int.MaxValue);
        return (from, (int)count, pace, to);

        int Clamp(BigInteger? bound, int otherwise)
        {
            if (bound is not { } value) return otherwise;
            if (value < 0) value += length;
            return (int)BigInteger.Max(low, BigInteger.Min(high, value));
        }
    }

    private static BigInteger? Bound(Value? value)
    {
        if (value is null or NoneValue) return null;
        if (value is UndefinedValue undefined) throw undefined.Error();
        return Numbers.TryInt(value, out BigInteger number)
            ? number
            : throw new ChatTemplateException("slice indices must be integers or None or have an __index__ method");
    }
}
