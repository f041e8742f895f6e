using Bloomery.Engine.Sampling;

namespace Bloomery.Tests.Sampling;

public sealed class PhiloxTests
{
    /// <summary>The known answers that the authors publish (Random123, kat_vectors, "philox4x32 10").</summary>
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void MatchesPublishedAnswers(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint a, uint b, uint c, uint d) =>
        Assert.Equal((a, b, c, d), Philox.Block(c0, c1, c2, c3, k0, k1));

    [Fact]
    public void StreamDependsOnSeedSampleAndStepAlone()
    {
        var stream = new RandomStream(42, 3);
        Assert.Equal(stream.At(7), new RandomStream(42, 3).At(7));
        Assert.NotEqual(stream.At(7), stream.At(8));
        Assert.NotEqual(stream.At(7), new RandomStream(42, 4).At(7));
        Assert.NotEqual(stream.At(7), new RandomStream(43, 3).At(7));
        Assert.NotEqual(stream.At(7), new RandomStream(42UL | 1UL << 40, 3).At(7));
        Assert.NotEqual(stream.At(7).Draw, stream.Speculative(7).Accept);
    }

    [Fact]
    public void NumbersAreUniform()
    {
        const int draws = 20_000, bins = 20;
        int[] drawBins = new int[bins], triggerBins = new int[bins];
        var stream = new RandomStream(1);
        for (int step = 0; step < draws; step++)
        {
            SampleUniforms uniforms = stream.At(step);
            Assert.InRange(uniforms.Draw, 0, 1 - 1.0 / (1UL << 53));
            drawBins[(int)(uniforms.Draw * bins)]++;
            triggerBins[(int)(uniforms.Trigger * bins)]++;
        }
        foreach (int[] counts in new[] { drawBins, triggerBins })
        {
            double chiSquare = counts.Sum(count => Math.Pow(count - draws / bins, 2) / (draws / bins));
            Assert.True(chiSquare < 43.8, $"chi-square with 19 degrees of freedom is {chiSquare}"); // 0.1 % point
        }
    }
}
