using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Bloomery.Formats.Gguf;

/// <summary>Turns stored values into .NET values, widening and narrowing numbers only where the value survives.</summary>
internal static class GgufConvert
{
    private delegate T Read<T>(GgufMetadata metadata, string key, GgufEntry entry);

    private static readonly Dictionary<Type, Delegate> Readers = new()
    {
        [typeof(string)] = (Read<string>)Text,
        [typeof(string[])] = (Read<string[]>)((metadata, key, entry) => Strings(metadata, key, entry).ToArray()),
        [typeof(GgufStrings)] = (Read<GgufStrings>)Strings,
        [typeof(bool)] = (Read<bool>)Bool,
        [typeof(bool[])] = (Read<bool[]>)Bools,
        [typeof(byte)] = (Read<byte>)Number<byte>,
        [typeof(sbyte)] = (Read<sbyte>)Number<sbyte>,
        [typeof(ushort)] = (Read<ushort>)Number<ushort>,
        [typeof(short)] = (Read<short>)Number<short>,
        [typeof(uint)] = (Read<uint>)Number<uint>,
        [typeof(int)] = (Read<int>)Number<int>,
        [typeof(ulong)] = (Read<ulong>)Number<ulong>,
        [typeof(long)] = (Read<long>)Number<long>,
        [typeof(float)] = (Read<float>)Number<float>,
        [typeof(double)] = (Read<double>)Number<double>,
        [typeof(byte[])] = (Read<byte[]>)Numbers<byte>,
        [typeof(sbyte[])] = (Read<sbyte[]>)Numbers<sbyte>,
        [typeof(ushort[])] = (Read<ushort[]>)Numbers<ushort>,
        [typeof(short[])] = (Read<short[]>)Numbers<short>,
        [typeof(uint[])] = (Read<uint[]>)Numbers<uint>,
        [typeof(int[])] = (Read<int[]>)Numbers<int>,
        [typeof(ulong[])] = (Read<ulong[]>)Numbers<ulong>,
        [typeof(long[])] = (Read<long[]>)Numbers<long>,
        [typeof(float[])] = (Read<float[]>)Numbers<float>,
        [typeof(double[])] = (Read<double[]>)Numbers<double>,
    };

    /// <summary>Converts one value.</summary>
    /// <exception cref="NotSupportedException">Values are never of type <typeparamref name="T"/>.</exception>
    public static T To<T>(GgufMetadata metadata, string key, GgufEntry entry) =>
        Readers.TryGetValue(typeof(T), out Delegate? reader)
        ? ((Read<T>)reader)(metadata, key, entry) : throw new NotSupportedException($"GGUF values do not convert to {typeof(T)}.");

    private static string Text(GgufMetadata metadata, string key, GgufEntry entry)
    {
        if (entry.Type != GgufValueType.String) GgufThrow.WrongType(metadata.File, key, entry, nameof(GgufValueType.String));
        return Encoding.UTF8.GetString(metadata.Payload(entry).Span);
    }

    private static GgufStrings Strings(GgufMetadata metadata, string key, GgufEntry entry)
    {
        RequireArray(metadata, key, entry, "String", entry.Element == GgufValueType.String);
        return new GgufStrings(metadata.Payload(entry), entry.Count);
    }

    private static bool Bool(GgufMetadata metadata, string key, GgufEntry entry)
    {
        if (entry.Type != GgufValueType.Bool) GgufThrow.WrongType(metadata.File, key, entry, nameof(GgufValueType.Bool));
        return metadata.Payload(entry).Span[0] != 0;
    }

    private static bool[] Bools(GgufMetadata metadata, string key, GgufEntry entry)
    {
        RequireArray(metadata, key, entry, "Bool", entry.Element == GgufValueType.Bool);
        return MemoryMarshal.Cast<byte, bool>(metadata.Payload(entry).Span).ToArray();
    }

    private static T Number<T>(GgufMetadata metadata, string key, GgufEntry entry) where T : unmanaged, INumber<T>
    {
        T value = default;
        Numbers(metadata, key, entry, entry.Type, new Span<T>(ref value));
        return value;
    }

    private static T[] Numbers<T>(GgufMetadata metadata, string key, GgufEntry entry) where T : unmanaged, INumber<T>
    {
        RequireArray(metadata, key, entry, typeof(T).Name, entry.Element is not (GgufValueType.String or GgufValueType.Bool));
        if (entry.Count == 0) return [];
        T[] values = new T[entry.Count];
        Numbers(metadata, key, entry, entry.Element, values.AsSpan());
        return values;
    }

    private static void Numbers<T>(GgufMetadata metadata, string key, GgufEntry entry, GgufValueType stored, Span<T> values) where T : unmanaged, INumber<T>
    {
        ReadOnlySpan<byte> payload = metadata.Payload(entry).Span;
        bool fits = stored switch
        {
            GgufValueType.UInt8 => Convert<byte, T>(payload, values),
            GgufValueType.Int8 => Convert<sbyte, T>(payload, values),
            GgufValueType.UInt16 => Convert<ushort, T>(payload, values),
            GgufValueType.Int16 => Convert<short, T>(payload, values),
            GgufValueType.UInt32 => Convert<uint, T>(payload, values),
            GgufValueType.Int32 => Convert<int, T>(payload, values),
            GgufValueType.UInt64 => Convert<ulong, T>(payload, values),
            GgufValueType.Int64 => Convert<long, T>(payload, values),
            GgufValueType.Float32 when IsFloat<T>() => Convert<float, T>(payload, values),
            GgufValueType.Float64 when IsFloat<T>() => Convert<double, T>(payload, values),
            _ => false,
        };
        if (fits) return;
        if (GgufEntry.SizeOf(stored) > 0 && stored is not (GgufValueType.Bool or GgufValueType.Float32 or GgufValueType.Float64))
            GgufThrow.Bad(metadata.File, key, entry.Start, $"the stored {stored} does not fit {typeof(T).Name}");
        GgufThrow.WrongType(metadata.File, key, entry, typeof(T).Name);
    }

    private static bool Convert<TFrom, TTo>(ReadOnlySpan<byte> payload, Span<TTo> values) where TFrom : unmanaged, INumber<TFrom>
        where TTo : unmanaged, INumber<TTo>
    {
        if (typeof(TFrom) == typeof(TTo))
        {
            payload[..(values.Length * Unsafe.SizeOf<TTo>())].CopyTo(MemoryMarshal.AsBytes(values));
            return true;
        }
        // Unaligned: a payload begins wherever the text before it ends.
        for (int i = 0; i < values.Length; i++)
        {
            TFrom stored = MemoryMarshal.Read<TFrom>(payload[(i * Unsafe.SizeOf<TFrom>())..]);
            try
            {
                values[i] = TTo.CreateChecked(stored);
            }
            catch (OverflowException)
            {
                return false;
            }
        }
        return true;
    }

    private static bool IsFloat<T>() => typeof(T) == typeof(float) || typeof(T) == typeof(double);

    private static void RequireArray(GgufMetadata metadata, string key, GgufEntry entry, string wanted, bool elementFits)
    {
        if (entry.Type != GgufValueType.Array || (!elementFits && entry.Count > 0))
            GgufThrow.WrongType(metadata.File, key, entry, $"array of {wanted}");
    }
}
