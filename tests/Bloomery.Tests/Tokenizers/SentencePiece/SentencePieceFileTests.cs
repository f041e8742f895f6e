using Bloomery.Formats;
using Bloomery.Formats.Tokenizers.SentencePiece;

namespace Bloomery.Tests.Tokenizers.SentencePiece;

/// <summary>Files that are not what they claim to be end in a clear error, whatever they contain.</summary>
public class SentencePieceFileTests
{
    [Fact]
    public void ReadsRolesAndTypes()
    {
        SentencePieceTokenizer tokenizer = Parse(new ModelBuilder().Specials().Piece("▁a", -1).Trainer(43, 3).Build());
        Assert.Equal((0, 1, 2, 3), (tokenizer.UnknownId, tokenizer.BosId, tokenizer.EosId, tokenizer.PadId));
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(tokenizer.IsSpecial));
        Assert.Equal(3, tokenizer.TokenToId("▁a"));
        Assert.Null(tokenizer.TokenToId("b"));
        Assert.Null(tokenizer.IdToToken(4));
        Assert.Equal(" a"u8.ToArray(), tokenizer.TokenBytes(3).ToArray());
        Assert.Equal(0, tokenizer.TokenBytes(1).Length);
        Assert.Equal(0, tokenizer.TokenBytes(-1).Length);
    }

    [Fact]
    public void ANegativeIdMeansThereIsNone()
    {
        SentencePieceTokenizer tokenizer = Parse(new ModelBuilder().Specials().Piece("a").Trainer(41, -1).Trainer(42, -1).Build());
        Assert.Null(tokenizer.BosId);
        Assert.Null(tokenizer.EosId);
        Assert.Equal(tokenizer.EncodeToIds("a"), tokenizer.EncodeToIds("a", new() { AddSpecial = true }));
    }

    [Fact]
    public void TruncatedAnywhereIsAnErrorOrASmallerModel()
    {
        byte[] whole = new ModelBuilder().Specials().Piece("▁a", -1).Piece("b", -2).Map(PrecompiledMaps.One()).Build();
        int errors = 0;
        for (int length = 0; length < whole.Length; length++)
        {
            try
            {
                Parse(whole[..length]);
            }
            catch (ModelFormatException e)
            {
                Assert.Contains("bad.model", e.Message);
                errors++;
            }
        }

        Assert.True(errors > whole.Length / 2, $"only {errors} of {whole.Length} prefixes were refused");
    }

    [Fact]
    public void FlippedBytesNeverCrash()
    {
        byte[] whole = new ModelBuilder().Specials().Piece("▁a", -1).Piece("b", -2).Map(PrecompiledMaps.One()).Build();
        for (int at = 0; at < whole.Length; at++)
        {
            foreach (byte flip in new byte[] { 0x01, 0x80, 0xFF })
            {
                byte[] broken = (byte[])whole.Clone();
                broken[at] ^= flip;
                try
                {
                    SentencePieceTokenizer tokenizer = Parse(broken);
                    tokenizer.Decode(tokenizer.EncodeToIds("a b ｃ", new() { AddSpecial = true }));
                }
                catch (ModelFormatException)
                {
                }
            }
        }
    }

    [Theory]
    [InlineData(new byte[] { 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07 }, "claims 2147483647 bytes")]
    [InlineData(new byte[] { 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 }, "claims 18446744073709551615 bytes")]
    [InlineData(new byte[] { 0x0A, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01 }, "more than ten bytes")]
    [InlineData(new byte[] { 0x0B }, "wire type 3")]
    [InlineData(new byte[] { 0x02, 0x00 }, "field number 0")]
    [InlineData(new byte[] { 0x08, 0x00 }, "wire type 0 in field 1")]
    [InlineData(new byte[] { }, "there are none")]
    public void BadProtobuf(byte[] data, string message) => Refused(data, message);

    [Fact]
    public void BadContents()
    {
        Refused(new ModelBuilder().Piece("a").Build(), "none is of type 2");
        Refused(new ModelBuilder().Specials().Piece("a").Piece("a").Build(), "piece 4: 'a' is listed twice");
        Refused(new ModelBuilder().Specials().Piece("").Build(), "piece 3: is empty");
        Refused(new ModelBuilder().Specials().Piece("a", float.NaN).Build(), "piece 3: has a score that is not a number");
        Refused(new ModelBuilder().Specials().Piece("a", 0, 7).Build(), "piece 3: has type 7");
        Refused(new ModelBuilder().Specials().Piece("<0xG1>", 0, 6).Build(), "is no byte");
        Refused(new ModelBuilder().Specials().Piece("<0x01>", 0, 6).Trainer(35, 1).Build(), "256 bytes");
        Refused(new ModelBuilder().Specials().Trainer(42, 3).Build(), "eos_id: 3 is not among the 3 pieces");
        Refused(new ModelBuilder().Specials().Trainer(3, 4).Build(), "model_type: 4 is not supported");
        Refused(new ModelBuilder().Specials().Map([1, 2, 3]).Build(), "precompiled_charsmap: a table of 3 bytes");
        Refused(new ModelBuilder().Specials().Map([8, 0, 0, 0, 1]).Build(), "a trie of 8 bytes");
        Refused(new ModelBuilder().Specials().Map(PrecompiledMaps.PointingOutside()).Build(), "points outside");
        Refused([.. new ModelBuilder().Specials().Build(), 0x0A, 0x03, 0x0A, 0x01, 0xFF], "is not UTF-8");
    }

    [Fact]
    public void AMissingFileSaysSo() =>
        Assert.Throws<FileNotFoundException>(() => SentencePieceTokenizer.Load(Path.Combine(Path.GetTempPath(), "no-such.model")));

    private static SentencePieceTokenizer Parse(byte[] data) => SentencePieceTokenizer.Parse(data, "bad.model");

    private static void Refused(byte[] data, string message)
    {
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => Parse(data));
        Assert.Contains(message, e.Message);
    }
}
