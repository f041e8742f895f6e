using System.Buffers.Binary;
using System.Text;
using Bloomery.Formats;
using Bloomery.Formats.Safetensors;
using Bloomery.TestSupport;

namespace Bloomery.Tests.Formats.Safetensors;

public sealed class SafetensorsFileTests
{
    /// <summary>A file of a JSON header and so many bytes of data.</summary>
    internal static byte[] File(string json, int data = 0) => File(Encoding.UTF8.GetBytes(json), new byte[data]);

    internal static byte[] File(byte[] json, byte[] data)
    {
        byte[] length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)json.Length);
        return [.. length, .. json, .. data];
    }

    [Fact]
    public void ReadsEveryDtype()
    {
        byte[] data = [0, 0, 128, 63, 254, 255, 255, 255, 7, 1, 0x38, 0x3C, 0, 0];
        string json = """
            {"__metadata__":{"format":"pt"},"f":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"empty":{"dtype":"F32","shape":[0,5],"data_offsets":[4,4]},
            "u":{"dtype":"U8","shape":[],"data_offsets":[8,9]},"b":{"dtype":"BOOL","shape":[1],"data_offsets":[9,10]},
            "e4":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[10,11]},"e5":{"dtype":"F8_E5M2","shape":[3],"data_offsets":[11,14]},
            "rest":{"dtype":"U8","shape":[2,2],"data_offsets":[4,8]}}
            """;
        using SafetensorsFile file = SafetensorsFile.Open(File(Encoding.UTF8.GetBytes(json), data));
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal([1f], file.Dequantize(file.Tensor("f")));
        Assert.Equal([0, 5], file.Tensor("empty").Shape);
        Assert.Empty(file.Dequantize(file.Tensor("empty")));
        Assert.Equal([7f], file.Dequantize(file.Tensor("u")));
        Assert.Equal([1f], file.Dequantize(file.Tensor("b")));
        Assert.Equal([1f], file.Dequantize(file.Tensor("e4")));
        Assert.Equal([1f, 0, 0], file.Dequantize(file.Tensor("e5")));
        Assert.Equal([254f, 255, 255, 255], file.Dequantize(file.Tensor("rest")));
    }

    public static IEnumerable<object[]> RealFiles() =>
        Directory.EnumerateFiles(TestPaths.Golden, "*.safetensors", SearchOption.AllDirectories).Select(path => new object[] { path });

    [Fact]
    public void RealFilesOpenAndHoldWhatTheHeaderSays()
    {
        int files = 0;
        foreach (object[] row in RealFiles())
        {
            string path = (string)row[0];
            using TensorFile file = TensorFile.OpenAny(path);
            Assert.IsType<SafetensorsFile>(file);
            long bytes = file.Tensors.Values.Sum(tensor => tensor.ByteLength);
            Assert.True(bytes > 0 && bytes < new FileInfo(path).Length, path);
            foreach (TensorInfo tensor in file.Tensors.Values) Assert.Equal(tensor.ElementCount, file.Dequantize(tensor).Length);
            files++;
        }
        Assert.True(files > 0, "no golden safetensors found");
    }

    [SkippableTheory]
    [InlineData("mistral", 5, 394496)]
    [InlineData("mixtral", 4, 446400)]
    public void OpensShards(string name, int shards, long totalSize)
    {
        TestPaths.NeedsGolden($"models/{name}");
        string directory = Path.Combine(TestPaths.Golden, "models", name);
        using SafetensorsFile file = SafetensorsFile.OpenModel(directory);
        Assert.Equal(shards, file.Files.Count());
        Assert.Equal(totalSize, file.Tensors.Values.Sum(tensor => tensor.ByteLength)); // total_size of the index
        TensorInfo embedding = file.Tensor("model.embed_tokens.weight");
        Assert.EndsWith($"model-00001-of-0000{shards}.safetensors", embedding.File);
        Assert.All(file.Dequantize(embedding), value => Assert.True(float.IsFinite(value)));
    }
}
