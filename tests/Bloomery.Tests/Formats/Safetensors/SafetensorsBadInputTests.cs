using System.Text;
using Bloomery.Formats;
using Bloomery.Formats.Safetensors;
using static Bloomery.Tests.Formats.Safetensors.SafetensorsFileTests;

namespace Bloomery.Tests.Formats.Safetensors;

public sealed class SafetensorsBadInputTests
{
    private const string Good = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[4],"data_offsets":[8,12]}}""";

    public static TheoryData<string, string, int, string> Headers() => new()
    {
        { "gap", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}""", 5, "gap" },
        { "overlap", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 3, "overlap" },
        { "first not at 0", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 3, "gap" },
        { "backwards", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[2,0]}}""", 2, "data_offsets [2, 0]" },
        { "past the end", """{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}""", 8, "past the end" },
        { "rest unclaimed", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 3, "belong to no tensor" },
        { "wrong size", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "takes 8 bytes" },
        { "shape overflow", """{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "too large" },
        { "shape overflow by size", """{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}""", 0, "too large" },
        { "huge offsets", """{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}""", 4, "past the end" },
        { "offset beyond 63 bits", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,18446744073709551615]}}""", 1, "data_offsets" },
        { "negative", """{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}""", 1, "shape" },
        { "fraction", """{"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}}""", 1, "shape" },
        { "many dimensions", """{"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}}""", 1, "more than 8" },
        { "three offsets", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}""", 1, "more than 2" },
        { "one offset", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}""", 1, "data_offsets" },
        { "unknown dtype", """{"a":{"dtype":"Q9","shape":[1],"data_offsets":[0,1]}}""", 1, "'Q9'" },
        { "dtype in small letters", """{"a":{"dtype":"u8","shape":[1],"data_offsets":[0,1]}}""", 1, "'u8'" },
        { "dtype of GGUF", """{"a":{"dtype":"Q4_0","shape":[32],"data_offsets":[0,18]}}""", 18, "'Q4_0'" },
        { "no dtype", """{"a":{"shape":[1],"data_offsets":[0,1]}}""", 1, "lacks a dtype" },
        { "no shape", """{"a":{"dtype":"U8","data_offsets":[0,1]}}""", 1, "lacks a shape" },
        { "two names", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "two tensors" },
        { "two dtypes", """{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "dtype occurs twice" },
        { "two metadata", """{"__metadata__":{},"__metadata__":{}}""", 0, "twice" },
        { "metadata number", """{"__metadata__":{"a":1}}""", 0, "not a string" },
        { "no object", "[]", 0, "'{'" },
        { "space first", " {}", 0, "'{'" },
        { "no JSON", "{\"a\":", 0, "JSON" },
        { "entry no object", "{\"a\":1}", 0, "not an object" },
        { "comment", "{/**/}", 0, "JSON" },
        { "two documents", "{}{}", 0, "JSON" },
        { "lone surrogate", """{"a\ud800":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", 0, "JSON" },
        { "deep", "{\"a\":{\"x\":" + new string('[', 10_000) + new string(']', 10_000) + "}}", 0, "JSON" },
        { "long name", "{\"" + new string('n', 600) + "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0, "600 bytes" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void RefusesHeaders(string name, string json, int data, string says)
    {
        Exception? thrown = Record.Exception(() => SafetensorsFile.Open(File(json, data), "m.safetensors").Dispose());
        ModelFormatException exception = Assert.IsType<ModelFormatException>(thrown);
        Assert.True(exception.Message.Contains(says, StringComparison.Ordinal) && exception.Message.StartsWith("m.safetensors: ", StringComparison.Ordinal),
            $"{name}: {exception.Message}");
    }

    [Fact]
    public void NamesTheTensorAndTheByte()
    {
        ModelFormatException exception = Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(File(Good, 11), "m"));
        Assert.Equal("b", exception.Subject);
        Assert.Equal(8 + Good.IndexOf("\"b\"", StringComparison.Ordinal), exception.Offset);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1ul << 63)]
    [InlineData(100_000_001ul)]
    [InlineData(3ul)]
    [InlineData(0ul)]
    public void RefusesHeaderLengths(ulong length)
    {
        byte[] file = [.. BitConverter.GetBytes(length), .. "{}"u8];
        Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(file));
    }

    [Fact]
    public void RefusesHeadersBeyondTheLimitEvenInLargeFiles()
    {
        byte[] file = new byte[100_000_010];
        BitConverter.TryWriteBytes(file, 100_000_001ul);
        file[8] = (byte)'{';
        Assert.Contains("at most 100000000", Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TakesHundredThousandTensorsInTheirMeasure()
    {
        StringBuilder json = new("{");
        for (int i = 0; i < 100_000; i++) json.Append(i == 0 ? "" : ",").Append($"\"blk.{i}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}");
        byte[] file = File(json.Append('}').ToString());
        long before = GC.GetAllocatedBytesForCurrentThread();
        using SafetensorsFile opened = SafetensorsFile.Open(file);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(100_000, opened.Tensors.Count);
        Assert.True(allocated < file.Length + (64 << 20), $"{allocated} bytes allocated for a file of {file.Length}");
    }

    [Fact]
    public void RefusesTooManyTensors()
    {
        StringBuilder json = new("{");
        for (int i = 0; i <= 1 << 18; i++) json.Append(i == 0 ? "" : ",").Append($"\"{i}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}");
        Assert.Contains("more than 262144 tensors", Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(File(json.Append('}').ToString()))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void RefusesEveryTruncation()
    {
        byte[] file = File(Good, 12);
        SafetensorsFile.Open(file).Dispose();
        for (int length = 0; length < file.Length; length++)
        {
            Exception? thrown = Record.Exception(() => SafetensorsFile.Open(file.AsMemory(0, length)));
            Assert.True(thrown is ModelFormatException, $"{length} bytes: {thrown}");
        }
    }

    [Fact]
    public void RefusesPickles()
    {
        byte[] zip = [.. "PK\x03\x04"u8, .. new byte[100]], pickle = [0x80, 2, .. new byte[100]];
        foreach (byte[] file in new[] { zip, pickle })
            Assert.Contains("pickle", Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(file)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "weight_map")]
    [InlineData("""{"weight_map":{}}""", "no tensor")]
    [InlineData("""{"weight_map":[]}""", "weight_map")]
    [InlineData("""{"weight_map":{"a":"../model.safetensors"}}""", "plain name")]
    [InlineData("""{"weight_map":{"a":"/etc/model.safetensors"}}""", "plain name")]
    [InlineData("""{"weight_map":{"a":"sub/model.safetensors"}}""", "not there")]
    [InlineData("""{"weight_map":{"a":"..\\model.safetensors"}}""", "plain name")]
    [InlineData("""{"weight_map":{"a":"C:model.safetensors"}}""", "plain name")]
    [InlineData("""{"weight_map":{"a":"..safetensors"}}""", "plain name")]
    [InlineData("""{"weight_map":{"a":"passwd"}}""", "plain name")]
    [InlineData("""{"weight_map":{"a":"pytorch_model.bin"}}""", "pickle")]
    [InlineData("""{"weight_map":{"a":"missing.safetensors"}}""", "not there")]
    [InlineData("""{"weight_map":{"a":"one.safetensors","lost":"one.safetensors"}}""", "lost")]
    [InlineData("""{"weight_map":{"a":7}}""", "does not name")]
    [InlineData("""{"weight_map":""", "JSON")]
    public void RefusesIndexes(string index, string says)
    {
        using TemporaryDirectory directory = new();
        directory.Write("one.safetensors", File("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1));
        directory.Write("model.safetensors.index.json", Encoding.UTF8.GetBytes(index));
        Assert.Contains(says, Assert.Throws<ModelFormatException>(() => SafetensorsFile.OpenModel(directory.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DirectoriesWithoutSafetensorsSayWhatToDo()
    {
        using TemporaryDirectory directory = new();
        Assert.Contains("no safetensors", Assert.Throws<ModelFormatException>(() => SafetensorsFile.OpenModel(directory.Path)).Message,
            StringComparison.Ordinal);
        directory.Write("pytorch_model.bin", [0x80, 2]);
        Assert.Contains("pickle", Assert.Throws<ModelFormatException>(() => SafetensorsFile.OpenModel(directory.Path)).Message, StringComparison.Ordinal);
        directory.Write("adapter.safetensors", File("{}"));
        using (SafetensorsFile only = SafetensorsFile.OpenModel(directory.Path)) Assert.Empty(only.Tensors);
        directory.Write("other.safetensors", File("{}"));
        Assert.Contains("name the file", Assert.Throws<ModelFormatException>(() => SafetensorsFile.OpenModel(directory.Path)).Message,
            StringComparison.Ordinal);
    }
}
