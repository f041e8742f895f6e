using System.Text;
using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Numerics.Quantization;
using Bloomery.TestSupport;
using FsCheck.Xunit;

namespace Bloomery.Tests.Formats.Gguf;

public sealed class GgufWriterTests
{
    [Property(MaxTest = 200)]
    public void WhatIsWrittenIsRead(string[] texts, int[] numbers, bool flag, double wide, float[] values, byte shapeSeed, byte alignmentSeed)
    {
        string[] clean = [.. texts.Select(text => new string([.. (text ?? "").Where(c => !char.IsSurrogate(c))]))];
        long[] shape = [1 + (shapeSeed & 3), values.Length];
        byte[] data = new byte[4 * shape[0] * shape[1]];
        Random random = new(shapeSeed);
        random.NextBytes(data);
        using MemoryStream stream = new();
        new GgufWriter(32 << (alignmentSeed & 3)).Set("texts", clean).Set("numbers", numbers).Set("flag", flag).Set("wide", wide).Set("values", values)
            .Add("a", BlockFormat.F32, shape, data).Add("scalar", BlockFormat.F32, [], new byte[4]).Add("b", BlockFormat.F32, shape, data).Write(stream);

        using GgufFile file = GgufFile.Open(stream.ToArray());
        Assert.Equal(clean, file.Metadata.Get<string[]>("texts"));
        Assert.Equal(numbers, file.Metadata.Get<int[]>("numbers"));
        Assert.Equal(flag, file.Metadata.Get<bool>("flag"));
        Assert.Equal(wide, file.Metadata.Get<double>("wide"));
        Assert.Equal(values, file.Metadata.Get<float[]>("values"));
        Assert.Equal(["a", "scalar", "b"], file.Tensors.Keys);
        Assert.Equal(shape, file.Tensor("b").Shape);
        Assert.Equal(data, file.Bytes(file.Tensor("b")).ToArray());
    }

    [Fact]
    public void EveryValueTypeSurvivesACopy()
    {
        using MemoryStream first = new(), second = new();
        new GgufWriter(64).Set("s", "text").Set("u8", (byte)1).Set("i8", (sbyte)-1).Set("u16", (ushort)2).Set("i16", (short)-2).Set("u32", 3u).Set("i32", -3)
            .Set("u64", 4ul).Set("i64", -4L)
            .Set("f32", 0.5f).Set("f64", 0.25).Set("b", true).Set("as", new[] { "x", "" }).Set("au32", new[] { 1u, 2u }).Set("ab", new[] { true })
            .Set("ai64", new[] { -1L }).Set("split.count", (ushort)1)
            .Write(first);
        GgufMetadata source = GgufFile.Open(first.ToArray()).Metadata;
        Assert.Equal(GgufValueType.Int8, source.TypeOf("i8"));
        Assert.Equal(GgufValueType.UInt64, source.TypeOf("u64"));
        new GgufWriter().CopyFrom(source).Set("s", "new").Remove("u8").Write(second);
        GgufMetadata copy = GgufFile.Open(second.ToArray()).Metadata;
        Assert.Equal(source.Keys.Except(["general.alignment", "split.count", "u8"]), copy.Keys);
        Assert.Equal("new", copy.Get<string>("s"));
        Assert.Equal(["x", ""], copy.Get<string[]>("as"));
        Assert.Equal([1, 2], copy.Get<int[]>("au32"));
        Assert.Equal(-4, copy.Get<long>("i64"));
        foreach (string key in copy.Keys) Assert.Equal(source.TypeOf(key), copy.TypeOf(key));
    }

    [SkippableTheory]
    [InlineData("llama/model.gguf")]
    [InlineData("llama/model-q8_0.gguf")]
    [InlineData("gpt2/model.gguf")]
    public void ARewrittenFileIsTheSameToTheByte(string name)
    {
        string path = Path.Combine(TestPaths.Golden, "models", name);
        TestPaths.NeedsGolden($"models/{name}");
        using GgufFile file = GgufFile.Open(path);
        GgufWriter writer = new GgufWriter(file.Alignment).CopyFrom(file.Metadata);
        foreach (TensorInfo tensor in file.Tensors.Values) writer.Add(tensor.Name, tensor.Format, tensor.Shape, stream => stream.Write(file.Bytes(tensor)));
        using MemoryStream written = new();
        writer.Write(written);
        Assert.True(File.ReadAllBytes(path).AsSpan().SequenceEqual(written.ToArray()), name);
    }

    [Fact]
    public void RefusesWhatTheFormatCannotHold()
    {
        GgufWriter writer = new();
        Assert.True(BlockFormat.TryFind("u8", out BlockFormat? u8));
        Assert.Throws<ArgumentException>(() => writer.Add("t", u8, [1], new byte[1]));
        Assert.Throws<ArgumentException>(() => writer.Add(new string('n', 64), BlockFormat.F32, [1], new byte[4]));
        Assert.Throws<ArgumentException>(() => writer.Add("t", BlockFormat.F32, [1, 1, 1, 1, 1], new byte[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Add("t", BlockFormat.F32, [-1], new byte[4]));
        Assert.Throws<NotSupportedException>(() => writer.Set("k", 1m));
        Assert.Throws<ArgumentException>(() => writer.Set("general.alignment", 64u));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GgufWriter(24));
        writer.Add("t", BlockFormat.F32, [1], new byte[4]);
        Assert.Throws<ArgumentException>(() => writer.Add("t", BlockFormat.F32, [1], new byte[4]));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void AFailureLeavesTheOldFile(int bytes)
    {
        using TemporaryDirectory directory = new();
        string path = directory.Write("m.gguf", Encoding.UTF8.GetBytes("old"));
        GgufWriter writer = new GgufWriter().Add("t", BlockFormat.F32, [1], new byte[bytes]);
        Assert.Throws<InvalidOperationException>(() => writer.Save(path));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFileSystemEntries(directory.Path));
        new GgufWriter().Add("t", BlockFormat.F32, [1], new byte[4]).Save(path);
        GgufFile.Open(path).Dispose();
        Assert.Single(Directory.GetFileSystemEntries(directory.Path));
    }
}
