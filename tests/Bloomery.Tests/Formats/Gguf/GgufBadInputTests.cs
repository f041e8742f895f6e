using Bloomery.Formats;
using Bloomery.Formats.Gguf;

namespace Bloomery.Tests.Formats.Gguf;

public sealed class GgufBadInputTests
{
    private static readonly Dictionary<string, (byte[] File, string? Subject, string Says)> Cases = new()
    {
        ["empty"] = ([], null, "no GGUF file"),
        ["other magic"] = ("ABCDEFGHIJKLMNOPQRSTUVWXYZ"u8.ToArray(), null, "no GGUF file"),
        ["old GGML"] = ([.. "tjgg"u8, .. new byte[40]], null, "before GGUF"),
        ["pickle"] = ([.. "PK\x03\x04"u8, .. new byte[40]], null, "pickle"),
        ["version 1"] = (new GgufBytes { Version = 1 }.Build(), null, "version 1"),
        ["version 4"] = (new GgufBytes { Version = 4 }.Build(), null, "version 4"),
        ["big endian"] = (new GgufBytes { Version = 0x03000000 }.Build(), null, "big-endian"),
        ["2^63 keys"] = (new GgufBytes { KeyCount = 1ul << 63 }.Build(), null, "9223372036854775808 keys"),
        ["2^63 tensors"] = (new GgufBytes { TensorCount = 1ul << 63 }.Build(), null, "9223372036854775808 tensors"),
        ["more keys than there are"] = (new GgufBytes { KeyCount = 2 }.Key("pad", new string('x', 64)).Build(padded: false), null, "truncated"),
        ["many keys"] = (new GgufBytes { KeyCount = 100_000 }.Key("pad", new string('x', 2_000_000)).Build(), null, "at most 65536"),
        ["1 GiB string"] = (new GgufBytes().Key("s", GgufValueType.String, GgufBytes.U64(1 << 30)).Build(), "s", "1073741824 bytes"),
        ["1 GiB array"] = (new GgufBytes().Array("a", GgufValueType.UInt8, 1 << 30, new byte[100]).Build(), "a", "1073741824 values"),
        ["array count wraps"] = (new GgufBytes().Array("a", GgufValueType.UInt64, 1ul << 61, new byte[100]).Build(), "a", "does not fit"),
        ["string array count"] = (new GgufBytes().Array("a", GgufValueType.String, ulong.MaxValue, new byte[100]).Build(), "a", "does not fit"),
        ["string length 2^64-1"] = (new GgufBytes().Key("s", GgufValueType.String, GgufBytes.U64(ulong.MaxValue)).Build(), "s", "truncated"),
        ["string in an array"] = (new GgufBytes().Array("a", GgufValueType.String, 1, GgufBytes.U64(1 << 30)).Build(), "a", "string 0 of 1"),
        ["key length"] = (new GgufBytes { KeyCount = 1 }.Data(8)
            .Build() is var f ? [.. f[..24], .. GgufBytes.U64(1ul << 40), .. new byte[64]] : [], null, "1099511627776 bytes"),
        ["long key"] = (new GgufBytes().Key(new string('k', 2000), 1u).Build(), null, "at most 1024"),
        ["key is not UTF-8"] =
            ([.. new GgufBytes { KeyCount = 1 }.Build()[..24], .. GgufBytes.U64(1), 0xFF, .. GgufBytes.U32(4), .. GgufBytes.U32(4)], null, "UTF-8"),
        ["key without name"] = (new GgufBytes().Key("", 1u).Build(), null, "no name"),
        ["duplicate keys"] = (new GgufBytes().Key("k", 1u).Key("k", 2u).Build(), "k", "twice"),
        ["nested array"] = (new GgufBytes().Array("a", GgufValueType.Array, 1, new byte[40]).Build(), "a", "arrays of arrays"),
        ["value type 13"] = (new GgufBytes().Key("k", (GgufValueType)13, new byte[8]).Build(), "k", "value type 13"),
        ["value type -1"] = (new GgufBytes().Key("k", (GgufValueType)(-1), new byte[8]).Build(), "k", "value type -1"),
        ["bool 2"] = (new GgufBytes().Key("k", GgufValueType.Bool, 2).Build(), "k", "neither 0 nor 1"),
        ["alignment 0"] = (new GgufBytes().Key("general.alignment", 0u).Build(), "general.alignment", "alignment of 0"),
        ["alignment 48"] = (new GgufBytes().Key("general.alignment", 48u).Build(), "general.alignment", "power of two"),
        ["alignment 2^30"] = (new GgufBytes().Key("general.alignment", 1u << 30).Build(), "general.alignment", "1073741824"),
        ["alignment of type u16"] = (new GgufBytes().Key16("general.alignment", 32).Build(), "general.alignment", "UInt16"),
        ["alignment of type string"] = (new GgufBytes().Key("general.alignment", "32").Build(), "general.alignment", "String"),
        ["two tensors of one name"] = (new GgufBytes().Floats("t", [1], 1).Floats("t", [1], 1).Build(), "t", "this name"),
        ["long tensor name"] = (new GgufBytes().Info(new string('n', 64), [1], 0, 0).Data(32).Build(), null, "at most 63"),
        ["5 dimensions"] = (new GgufBytes().Info("t", [1, 1, 1, 1, 1], 0, 0).Data(32).Build(), "t", "5 dimensions"),
        ["2^31 dimensions"] = (new GgufBytes().Info("t", [1], 0, 0, 1u << 31).Data(32).Build(), "t", "2147483648 dimensions"),
        ["type -1"] = (new GgufBytes().Info("t", [32], uint.MaxValue, 0).Data(64).Build(), "t", "type -1"),
        ["type of no GGUF"] = (new GgufBytes().Info("t", [32], unchecked((uint)-2), 0).Data(64).Build(), "t", "type -2"),
        ["type 999"] = (new GgufBytes().Info("t", [32], 999, 0).Data(64).Build(), "t", "type 999"),
        ["2^60 elements"] = (new GgufBytes().Info("t", [1ul << 60], 0, 0).Data(32).Build(), "t", "more than the file's"),
        ["product wraps to 0"] = (new GgufBytes().Info("t", [1ul << 32, 1ul << 32], 0, 0).Data(32).Build(), "t", "too large"),
        ["product wraps to 4"] = (new GgufBytes().Info("t", [(1ul << 62) + 1, 4], 0, 0).Data(32).Build(), "t", "too large"),
        ["bytes wrap"] = (new GgufBytes().Info("t", [1ul << 62], 0, 0).Data(32).Build(), "t", "more than the file's"),
        ["negative size"] = (new GgufBytes().Info("t", [ulong.MaxValue], 0, 0).Data(32).Build(), "t", "dimension of 18446744073709551615"),
        ["padded sum wraps"] = (new GgufBytes().Info("a", [long.MaxValue], 0, 0).Info("b", [8], 0, 0).Data(64).Build(), "a", "more than the file's"),
        ["offset past the end"] = (new GgufBytes().Info("t", [8], 0, 1ul << 40).Data(32).Build(), "t", "offset is 1099511627776"),
        ["offset wraps"] = (new GgufBytes().Info("t", [8], 0, ulong.MaxValue - 31).Data(32).Build(), "t", "offset is"),
        ["offset overlaps"] = (new GgufBytes().Info("a", [8], 0, 0).Info("b", [8], 0, 0).Data(64).Build(), "b", "aligned, at 32"),
        ["offset unaligned"] = (new GgufBytes().Info("a", [4], 0, 0).Info("b", [4], 0, 16).Data(64).Build(), "b", "aligned, at 32"),
        ["data past the end"] = (new GgufBytes().Info("a", [8], 0, 0).Info("b", [9], 0, 32).Data(64).Build(), "b", "past the end"),
        ["many tensors of the file's size"] = (Enumerable.Range(0, 9).Aggregate(new GgufBytes(), (g, i) => g.Info($"t{i}", [64], 0, (ulong)(256 * i))).Data(256)
            .Build(), "t1", "past the end"),
    };

    public static IEnumerable<object[]> Names() => Cases.Keys.Select(name => new object[] { name });

    [Theory]
    [MemberData(nameof(Names))]
    public void Refuses(string name)
    {
        (byte[] file, string? subject, string says) = Cases[name];
        long before = GC.GetAllocatedBytesForCurrentThread();
        ModelFormatException exception = Assert.Throws<ModelFormatException>(() => GgufFile.Open(file, "m.gguf"));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(exception.Message.StartsWith("m.gguf: ", StringComparison.Ordinal) && exception.Message.Contains(says, StringComparison.Ordinal),
            exception.Message);
        Assert.Equal(subject, exception.Subject);
        Assert.NotNull(exception.Offset);
        Assert.True(allocated < file.Length + (1 << 20), $"{allocated} bytes allocated");
    }

    [Fact]
    public void RefusesEveryTruncation()
    {
        byte[] file = new GgufBytes().Key("general.architecture", "llama").Strings("tokens", "a", "bc").Array("scores", GgufValueType.Float32, 2, new byte[8])
            .Key("flag", GgufValueType.Bool, 1).Floats("a", [2, 2], 1, 2, 3, 4).Floats("b", [8], 1, 2, 3, 4, 5, 6, 7, 8).Build();
        GgufFile.Open(file).Dispose();
        for (int length = 0; length < file.Length; length++)
        {
            Exception? thrown = Record.Exception(() => GgufFile.Open(file.AsMemory(0, length)));
            Assert.True(thrown is ModelFormatException, $"{length} of {file.Length} bytes: {thrown}");
        }
    }

    [Fact]
    public void LastTensorMayLackItsPadding()
    {
        byte[] file = new GgufBytes().Floats("a", [2], 1, 2).Build();
        GgufFile.Open(file.AsMemory(0, file.Length - 24)).Dispose();
        Assert.Throws<ModelFormatException>(() => GgufFile.Open(file.AsMemory(0, file.Length - 25)));
    }

    [Fact]
    public void EmptyDimensionsHoldNothing()
    {
        using GgufFile file = GgufFile.Open(new GgufBytes().Info("a", [1ul << 61, 0], 0, 0).Floats("b", [1], 1).Build());
        Assert.Equal(0, file.Tensor("a").ByteLength);
        Assert.Equal([1], file.Dequantize(file.Tensor("b")));
    }

    [Fact]
    public void TruncatedModelNamesTensorAndByte()
    {
        byte[] file = new GgufBytes().Floats("a", [8], new float[8]).Floats("blk.0.ffn_up.weight", [8], new float[8]).Build();
        ModelFormatException exception = Assert.Throws<ModelFormatException>(() => GgufFile.Open(file.AsMemory(0, file.Length - 1), "m.gguf"));
        Assert.Equal("blk.0.ffn_up.weight", exception.Subject);
        Assert.Contains($"(32 bytes at byte {file.Length - 32}) reaches past the end of the file of {file.Length - 1} bytes", exception.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void RejectsMissingFiles() => Assert.Throws<FileNotFoundException>(() => GgufFile.Open("/nowhere.gguf"));

    [Fact]
    public void EmptyFilesAreRefused()
    {
        using TemporaryDirectory directory = new();
        string path = directory.Write("empty.gguf", []);
        Assert.Throws<ModelFormatException>(() => GgufFile.Open(path));
        Assert.Throws<ModelFormatException>(() => TensorFile.OpenAny(path));
    }
}
