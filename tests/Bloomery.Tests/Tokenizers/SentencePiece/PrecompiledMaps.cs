using System.Buffers.Binary;
using System.Text;

namespace Bloomery.Tests.Tokenizers.SentencePiece;

/// <summary>Character maps small enough to be laid out by hand.</summary>
internal static class PrecompiledMaps
{
    /// <summary>Replaces <c>x</c> by <c>yz</c> and <c>xx</c> by nothing.</summary>
    public static byte[] One()
    {
        var units = new uint[256];
        units[0] = Unit(0, 1);                                      // the root's children lie at 1 ^ byte
        int x = 1 ^ 'x', value = x ^ 128;                           // a value lies at its unit's offset, the children around it
        units[x] = Unit('x', 128, keyEnds: true);
        units[value] = Value(0);
        int xx = value ^ 'x';
        units[xx] = Unit('x', 64, keyEnds: true);
        units[xx ^ 64] = Value(3);
        return Table(units, "yz\0\0");
    }

    /// <summary>A key whose replacement would lie behind the end.</summary>
    public static byte[] PointingOutside()
    {
        var units = new uint[256];
        units[0] = Unit(0, 1);
        units[1 ^ 'x'] = Unit('x', 128, keyEnds: true);
        units[1 ^ 'x' ^ 128] = Value(1000);
        return Table(units, "y\0");
    }

    private static uint Unit(int label, uint offset, bool keyEnds = false) =>
        (uint)label | (keyEnds ? 0x100u : 0) | (offset << 10);

    private static uint Value(uint place) => 0x80000000 | place;

    private static byte[] Table(uint[] units, string replacements)
    {
        byte[] tail = Encoding.UTF8.GetBytes(replacements);
        var table = new byte[4 + (4 * units.Length) + tail.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(table, (uint)(4 * units.Length));
        for (int i = 0; i < units.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(4 + (4 * i)), units[i]);
        tail.CopyTo(table, 4 + (4 * units.Length));
        return table;
    }
}
