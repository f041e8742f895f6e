using Bloomery.Formats;

namespace Bloomery.Tests.Formats;

/// <summary>Deterministic damage to a file: flipped bits, cuts, huge integers, pieces lost, doubled and moved.</summary>
internal static class Mutants
{
    private const long AllowedBytes = 64L << 20;

    private static readonly ulong[] Integers =
    [
        ulong.MaxValue, 1ul << 63, (1ul << 63) - 1, 1ul << 62, 1ul << 60, 1ul << 32, uint.MaxValue, int.MaxValue, 1ul << 31, 1ul << 30, 1ul << 28, 0, 1, 9,
        0x2020202020202020,
    ];

    /// <summary>Opens many mutants of <paramref name="original"/>; each must be read or refused, within the allowed memory.</summary>
    /// <returns>How many were read and how many refused.</returns>
    public static (int Read, int Refused) Try(byte[] original, int header, int count, Action<byte[]> open)
    {
        Random random = new(20240229);
        int read = 0, refused = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] mutant = Mutate(original, header, random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                open(mutant);
                read++;
            }
            catch (ModelFormatException)
            {
                refused++;
            }
            catch (Exception exception)
            {
                Assert.Fail($"mutant {i} ({Convert.ToHexString(mutant.AsSpan(0, Math.Min(mutant.Length, 400)))}): {exception}");
            }
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= mutant.Length + AllowedBytes, $"mutant {i} allocated {allocated} bytes");
        }
        return (read, refused);
    }

    private static byte[] Mutate(byte[] original, int header, Random random)
    {
        List<byte> bytes = [.. original];
        for (int steps = random.Next(1, 4); steps > 0 && bytes.Count > 0; steps--)
        {
            int at = random.Next(Math.Min(header, bytes.Count));
            int length = Math.Min(random.Next(1, 24), bytes.Count - at);
            switch (random.Next(7))
            {
                case 0:
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 3:
                    byte[] integer = BitConverter.GetBytes(Integers[random.Next(Integers.Length)]);
                    int width = Math.Min(random.Next(2) == 0 ? 4 : 8, bytes.Count - at);
                    for (int b = 0; b < width; b++) bytes[at + b] = integer[b];
                    break;
                case 4:
                    bytes.RemoveRange(at, length);
                    break;
                case 5:
                    bytes.InsertRange(random.Next(Math.Min(header, bytes.Count)), bytes.GetRange(at, length));
                    break;
                default:
                    bytes[at] = (byte)random.Next(256);
                    break;
            }
        }
        return [.. bytes];
    }
}
