using Bloomery.Formats;
using Bloomery.Formats.Safetensors;
using static Bloomery.Tests.Formats.Safetensors.SafetensorsFileTests;

namespace Bloomery.Tests.Formats.Safetensors;

/// <summary>A file may hold types that nothing here computes with, as long as nobody asks for those tensors.</summary>
public sealed class OpaqueTypeTests
{
    [Theory]
    [InlineData("U16", "[3,5]", 30), InlineData("U32", "[3]", 12), InlineData("U64", "[]", 8), InlineData("C64", "[2,2]", 32), InlineData("F8_E8M0", "[7]", 7)]
    [InlineData("F4", "[2,3]", 3), InlineData("F4", "[16]", 8), InlineData("F6_E2M3", "[4,4]", 12), InlineData("F6_E3M2", "[2,2]", 3)]
    [InlineData("F4", "[0]", 0), InlineData("F8_E4M3FNUZ", "[3]", 3)]
    public void Their_sizes_are_known(string dtype, string shape, int bytes)
    {
        string json = $$$"""{"a":{"dtype":"{{{dtype}}}","shape":{{{shape}}},"data_offsets":[0,{{{bytes}}}]}"""
            + $$$""","w":{"dtype":"U8","shape":[2],"data_offsets":[{{{bytes}}},{{{bytes + 2}}}]}}""";
        using SafetensorsFile file = SafetensorsFile.Open(File(json, bytes + 2), "m.safetensors");
        Assert.Equal([0f, 0], file.Dequantize(file.Tensor("w")));
        Assert.Equal(bytes, file.Tensor("a").ByteLength);
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => file.Dequantize(file.Tensor("a")));
        Assert.StartsWith($"m.safetensors: a: is of type {dtype}, which is not supported; these are: ", e.Message, StringComparison.Ordinal);
        foreach (int wrong in (int[])[bytes - 1, bytes + 1])
        {
            if (wrong < 0) continue;
            string other = $$$"""{"a":{"dtype":"{{{dtype}}}","shape":{{{shape}}},"data_offsets":[0,{{{wrong}}}]}}""";
            string message = Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(File(other, wrong))).Message;
            Assert.Contains($"takes {bytes} bytes", message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("F4", "[3]", 2, "does not fill whole bytes"), InlineData("F4", "[3,3]", 4, "does not fill whole bytes")]
    [InlineData("F6_E2M3", "[2]", 2, "does not fill whole bytes"), InlineData("F6_E3M2", "[]", 1, "does not fill whole bytes")]
    [InlineData("U64", "[4294967296,4294967296]", 0, "too large"), InlineData("F4", "[4294967296,8589934592]", 0, "too large")]
    [InlineData("U128", "[1]", 16, "'U128' is not known")]
    public void Impossible_sizes_are_refused(string dtype, string shape, int bytes, string says)
    {
        string json = $$$"""{"a":{"dtype":"{{{dtype}}}","shape":{{{shape}}},"data_offsets":[0,{{{bytes}}}]}}""";
        Assert.Contains(says, Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(File(json, bytes))).Message, StringComparison.Ordinal);
    }
}
