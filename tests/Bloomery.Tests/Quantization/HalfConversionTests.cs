using Bloomery.Numerics;

namespace Bloomery.Tests.Quantization;

public sealed class HalfConversionTests
{
    [Theory, InlineData(0), InlineData(3), InlineData(8)] // different paths meet at different places
    public void Widens_every_half_exactly(int skip)
    {
        Half[] halves = new Half[65536 - skip];
        for (int i = 0; i < halves.Length; i++) halves[i] = BitConverter.UInt16BitsToHalf((ushort)(i + skip));
        float[] actual = new float[halves.Length];
        HalfConversion.Widen(halves, actual);
        for (int i = 0; i < halves.Length; i++)
        {
            float expected = (float)halves[i];
            bool same = float.IsNaN(expected) ? float.IsNaN(actual[i]) : BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(actual[i]);
            if (!same) Assert.Fail($"half 0x{i + skip:X4}: {actual[i]:R}, should be {expected:R}");
        }
    }

    [Fact]
    public void Narrows_as_a_cast_does()
    {
        // Every upper half of a float's bits, with lower halves around the ties.
        uint[] lower = [0, 1, 0x0FFF, 0x1000, 0x1001, 0x2FFF, 0x3000, 0x7FFF, 0x8000, 0xFFFF];
        float[] singles = new float[65536];
        Half[] actual = new Half[65536];
        foreach (uint low in lower)
        {
            for (uint high = 0; high < 65536; high++) singles[high] = BitConverter.UInt32BitsToSingle((high << 16) | low);
            HalfConversion.Narrow(singles, actual);
            for (int i = 0; i < singles.Length; i++)
            {
                Half expected = (Half)singles[i];
                bool same = Half.IsNaN(expected) ? Half.IsNaN(actual[i]) : BitConverter.HalfToUInt16Bits(expected) == BitConverter.HalfToUInt16Bits(actual[i]);
                if (!same) Assert.Fail($"{singles[i]:R} (0x{BitConverter.SingleToUInt32Bits(singles[i]):X8}): {actual[i]}, should be {expected}");
            }
        }
    }

    [Fact]
    public void Refuses_a_short_destination()
    {
        Assert.Throws<ArgumentException>(() => HalfConversion.Widen(new Half[9], new float[8]));
        Assert.Throws<ArgumentException>(() => HalfConversion.Narrow(new float[9], new Half[8]));
    }
}
