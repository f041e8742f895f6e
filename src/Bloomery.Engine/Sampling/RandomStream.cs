namespace Bloomery.Engine.Sampling;

/// <summary>
/// The random numbers of one sample: a pure function of seed, sample index and step, so neither the batch a request runs in
/// nor a repeated step changes its text.
/// </summary>
/// <param name="Seed">The request's seed: the key.</param>
/// <param name="SampleIndex">Which of the request's samples (<c>n</c>) this is.</param>
internal readonly record struct RandomStream(ulong Seed, uint SampleIndex = 0)
{
    private const double Ulp = 1.0 / (1UL << 53);

    /// <summary>The numbers with which token number <paramref name="step"/> is chosen.</summary>
    public SampleUniforms At(int step)
    {
        (double draw, double trigger) = Pair(step, 0);
        return new SampleUniforms(draw, trigger);
    }

    /// <summary>The numbers with which a drafted token at <paramref name="step"/> is accepted, and its replacement drawn.</summary>
    public (double Accept, double Residual) Speculative(int step) => Pair(step, 1);

    private (double First, double Second) Pair(int step, uint block)
    {
        (uint a, uint b, uint c, uint d) = Philox.Block((uint)step, SampleIndex, block, 0, (uint)Seed, (uint)(Seed >> 32));
        return (Unit(a, b), Unit(c, d));
    }

    // The upper 53 of 64 bits: every result is a multiple of 2^-53 below 1.
    private static double Unit(uint low, uint high) => (((ulong)high << 32 | low) >> 11) * Ulp;
}
