namespace Bloomery.Engine.Sampling;

/// <summary>
/// Philox4x32-10: four random words as a pure function of a counter and a key
/// (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").
/// </summary>
internal static class Philox
{
    private const int Rounds = 10;
    private const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;

    /// <summary>The block of random words at a counter.</summary>
    public static (uint A, uint B, uint C, uint D) Block(uint counter0, uint counter1, uint counter2, uint counter3, uint key0, uint key1)
    {
        uint a = counter0, b = counter1, c = counter2, d = counter3;
        for (int round = 0; round < Rounds; round++)
        {
            ulong even = (ulong)Multiplier0 * a, odd = (ulong)Multiplier1 * c;
            (a, b, c, d) = ((uint)(odd >> 32) ^ b ^ key0, (uint)odd, (uint)(even >> 32) ^ d ^ key1, (uint)even);
            key0 += Weyl0;
            key1 += Weyl1;
        }
        return (a, b, c, d);
    }
}
