using Bloomery.Formats;
using Bloomery.Formats.Safetensors;
using Bloomery.Numerics.Quantization;
using FsCheck.Xunit;

namespace Bloomery.Tests.Formats.Safetensors;

public sealed class SafetensorsWriterTests
{
    [Property(MaxTest = 200)]
    public void WhatIsWrittenIsRead(string[] names, byte[] data, string note)
    {
        Assert.True(BlockFormat.TryFind("u8", out BlockFormat? u8));
        string[] clean = [.. names.Select(name => Clean(name)).Where(name => name.Length is > 0 and < 100).Distinct()];
        SafetensorsWriter writer = new();
        writer.Metadata["note"] = Clean(note);
        for (int i = 0; i < clean.Length; i++)
        {
            if (i % 2 == 0) writer.Add(clean[i], u8, [1, data.Length], data);
            else writer.Add(clean[i], BlockFormat.F32, [i], new byte[4 * i]);
        }
        using MemoryStream stream = new();
        writer.Write(stream);
        byte[] bytes = stream.ToArray();
        Assert.Equal(0ul, BitConverter.ToUInt64(bytes) % 8);
        using SafetensorsFile file = SafetensorsFile.Open(bytes);
        Assert.Equal(clean.Order(StringComparer.Ordinal), file.Tensors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Clean(note), file.Metadata["note"]);
        for (int i = 0; i < clean.Length; i++)
        {
            TensorInfo tensor = file.Tensor(clean[i]);
            if (i % 2 == 0) Assert.Equal(data, file.Bytes(tensor).ToArray());
            else Assert.Equal([i], tensor.Shape);
            Assert.Equal(0, tensor.Offset % tensor.Format.BlockBytes);
        }
    }

    [Fact]
    public void ShardsAtTheLimitAndReplacesTheOtherLayout()
    {
        using TemporaryDirectory directory = new();
        SafetensorsWriter writer = new();
        for (int i = 0; i < 5; i++) writer.Add($"t{i}", BlockFormat.F32, [4], stream => stream.Write(new byte[16]));
        writer.SaveModel(directory.Path);
        Assert.Equal(["model.safetensors"], Names(directory));

        writer.SaveModel(directory.Path, 40);
        Assert.Equal(["model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors",
            "model.safetensors.index.json"], Names(directory));
        using (SafetensorsFile file = SafetensorsFile.OpenModel(directory.Path))
        {
            Assert.Equal(5, file.Tensors.Count);
            Assert.EndsWith("model-00003-of-00003.safetensors", file.Tensor("t4").File);
        }

        writer.SaveModel(directory.Path, 80);
        using (SafetensorsFile file = SafetensorsFile.OpenModel(directory.Path)) Assert.Single(file.Files);
        Assert.DoesNotContain("model.safetensors.index.json", Names(directory));
    }

    [Fact]
    public void RefusesWhatTheFormatCannotHold()
    {
        SafetensorsWriter writer = new();
        Assert.Throws<ArgumentException>(() => writer.Add("__metadata__", BlockFormat.F32, [1], new byte[4]));
        writer.Add("t", BlockFormat.F32, [1], new byte[3]);
        Assert.Throws<ArgumentException>(() => writer.Add("t", BlockFormat.F32, [1], new byte[4]));
        Assert.Throws<InvalidOperationException>(() => writer.Write(Stream.Null));
    }

    private static string Clean(string? text) => new([.. (text ?? "").Where(c => !char.IsSurrogate(c))]);

    private static IEnumerable<string?> Names(TemporaryDirectory directory) =>
        Directory.GetFiles(directory.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal);
}
