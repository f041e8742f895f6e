using Bloomery.Formats;
using Bloomery.Formats.Gguf;

namespace Bloomery.Tests.Formats.Gguf;

public sealed class GgufMetadataTests
{
    private static GgufMetadata Of<T>(T value) where T : notnull
    {
        using MemoryStream stream = new();
        new GgufWriter().Set("k", value).Write(stream);
        return GgufFile.Open(stream.ToArray(), "m.gguf").Metadata;
    }

    [Fact]
    public void NumbersConvertWhereTheValueSurvives()
    {
        Assert.Equal(200, Of((byte)200).Get<int>("k"));
        Assert.Equal(-3, Of((sbyte)-3).Get<long>("k"));
        Assert.Equal(7u, Of(7L).Get<uint>("k"));
        Assert.Equal(7, Of(7UL).Get<int>("k"));
        Assert.Equal(7f, Of(7).Get<float>("k"));
        Assert.Equal(10000f, Of(10000d).Get<float>("k"));
        Assert.Equal(0.5, Of(0.5f).Get<double>("k"));
        Assert.Equal([1, 2], Of(new ushort[] { 1, 2 }).Get<int[]>("k"));
        Assert.Equal([1f, 2], Of(new[] { 1, 2 }).Get<float[]>("k"));
        Assert.Equal([true, false], Of(new[] { true, false }).Get<bool[]>("k"));
        Assert.Equal(5, Of(1).Get("absent", 5));
        Assert.False(Of(1).TryGet("absent", out string? _));
        Assert.Empty(Of(Array.Empty<string>()).Get<int[]>("k")); // an empty array is of every type
    }

    [Fact]
    public void OthersAreRefusedByName()
    {
        Check(() => Of(uint.MaxValue).Get<int>("k"), "UInt32 does not fit Int32");
        Check(() => Of(-1).Get<uint>("k"), "Int32 does not fit UInt32");
        Check(() => Of(new[] { 1, 300 }).Get<byte[]>("k"), "does not fit Byte");
        Check(() => Of(1.5f).Get<int>("k"), "a Float32, but an Int32 is needed");
        Check(() => Of("1").Get<int>("k"), "a String");
        Check(() => Of(1).Get<string>("k"), "an Int32, but a String is needed");
        Check(() => Of(1).Get<bool>("k"), "a Bool is needed");
        Check(() => Of(true).Get<int>("k"), "a Bool");
        Check(() => Of(1).Get<int[]>("k"), "an array of Int32 is needed");
        Check(() => Of(new[] { 1 }).Get<int>("k"), "an array of Int32");
        Check(() => Of(new[] { "a" }).Get<float[]>("k"), "an array of String");
        Check(() => Of(new[] { 1 }).Get<string[]>("k"), "an array of Int32");
        Assert.Throws<NotSupportedException>(() => Of(1).Get<decimal>("k"));

        ModelFormatException missing = Assert.Throws<ModelFormatException>(() => Of(1).Get<int>("llama.block_count"));
        Assert.Equal("m.gguf: llama.block_count: the file lacks this key", missing.Message);
    }

    [Fact]
    public void TellsTypes()
    {
        GgufMetadata metadata = Of(new[] { 1 });
        Assert.True(metadata.IsArray("k") && metadata.Contains("k") && !metadata.IsArray("absent"));
        Assert.Equal(GgufValueType.Array, metadata.TypeOf("k"));
        Assert.Null(metadata.TypeOf("absent"));
    }

    [Fact]
    public void StringsKeepTheirBytes()
    {
        GgufFile file = GgufFile.Open(new GgufBytes().Array("k", GgufValueType.String, 2, [.. GgufBytes.U64(2), 0xE2, 0x96, .. GgufBytes.Text("é")]).Build());
        GgufStrings strings = file.Metadata.Get<GgufStrings>("k");
        Assert.Equal([0xE2, 0x96], strings.Utf8(0).ToArray());
        Assert.Equal(["\uFFFD", "é"], strings);
    }

    private static void Check(Action get, string says)
    {
        ModelFormatException exception = Assert.Throws<ModelFormatException>(get);
        Assert.Equal("k", exception.Subject);
        Assert.NotNull(exception.Offset);
        Assert.Contains(says, exception.Message, StringComparison.Ordinal);
    }
}
