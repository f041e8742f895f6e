using System.Text;

namespace Bloomery.Tests.Tokenizers.SentencePiece;

/// <summary>Writes small <c>.model</c> files, also impossible ones.</summary>
internal sealed class ModelBuilder
{
    private readonly MemoryStream _pieces = new();
    private readonly MemoryStream _trainer = new();
    private readonly MemoryStream _normalizer = new();

    public ModelBuilder Piece(string text, float score = 0, int type = 1)
    {
        var piece = new MemoryStream();
        WriteBytes(piece, 1, Encoding.UTF8.GetBytes(text));
        WriteVarint(piece, (2 << 3) | 5);
        piece.Write(BitConverter.GetBytes(score));
        WriteNumber(piece, 3, type);
        WriteBytes(_pieces, 1, piece.ToArray());
        return this;
    }

    /// <summary>The three that every model has: unknown, begin, end.</summary>
    public ModelBuilder Specials() => Piece("<unk>", 0, 2).Piece("<s>", 0, 3).Piece("</s>", 0, 3);

    public ModelBuilder Bytes()
    {
        for (int b = 0; b < 256; b++) Piece($"<0x{b:X2}>", 0, 6);
        return Trainer(35, 1);
    }

    public ModelBuilder Bpe() => Trainer(3, 2);

    public ModelBuilder Trainer(int field, int value)
    {
        WriteNumber(_trainer, field, value);
        return this;
    }

    public ModelBuilder Normalizer(int field, int value)
    {
        WriteNumber(_normalizer, field, value);
        return this;
    }

    public ModelBuilder Map(byte[] map)
    {
        WriteBytes(_normalizer, 2, map);
        return this;
    }

    public byte[] Build()
    {
        var all = new MemoryStream();
        all.Write(_pieces.ToArray());
        WriteBytes(all, 2, _trainer.ToArray());
        WriteBytes(all, 3, _normalizer.ToArray());
        return all.ToArray();
    }

    public static void WriteVarint(Stream stream, ulong value)
    {
        for (; value >= 0x80; value >>= 7) stream.WriteByte((byte)(value | 0x80));
        stream.WriteByte((byte)value);
    }

    private static void WriteNumber(Stream stream, int field, int value)
    {
        WriteVarint(stream, (ulong)field << 3);
        WriteVarint(stream, unchecked((ulong)value));
    }

    private static void WriteBytes(Stream stream, int field, byte[] bytes)
    {
        WriteVarint(stream, ((ulong)field << 3) | 2);
        WriteVarint(stream, (ulong)bytes.Length);
        stream.Write(bytes);
    }
}
