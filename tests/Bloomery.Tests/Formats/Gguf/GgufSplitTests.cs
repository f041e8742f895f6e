using Bloomery.Formats;
using Bloomery.Formats.Gguf;

namespace Bloomery.Tests.Formats.Gguf;

public sealed class GgufSplitTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private string Part(int no, int count, string tensor, string? name = null, int? saysNo = null, int total = 3) =>
        _directory.Write(name ?? $"m-{no + 1:D5}-of-{count:D5}.gguf", new GgufBytes().Key("part", (uint)no)
            .Key16("split.no", (ushort)(saysNo ?? no)).Key16("split.count", (ushort)count).Key("split.tensors.count", (uint)total)
            .Floats(tensor, [1], no).Build());

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void AnyPartOpensAll(int opened)
    {
        string[] paths = [Part(0, 3, "a"), Part(1, 3, "b"), Part(2, 3, "c")];
        using GgufFile file = GgufFile.Open(paths[opened]);
        Assert.Equal(["a", "b", "c"], file.Tensors.Keys);
        Assert.Equal(paths, file.Files);
        Assert.Equal(0, file.Metadata.Get<int>("part"));
        Assert.Equal([2f], file.Dequantize(file.Tensor("c")));
        Assert.Equal(paths[1], file.Tensor("b").File);
    }

    [Fact]
    public void NamesAMissingPart()
    {
        string first = Part(0, 2, "a");
        Check(first, "part 2 of 2 is missing");
    }

    [Fact]
    public void RefusesPartsThatDoNotBelongTogether()
    {
        string first = Part(0, 2, "a", total: 2);
        Part(1, 2, "a");
        Check(first, "the tensor is also in");
        Part(1, 2, "b", saysNo: 0);
        Check(first, "should be part 2 of 2");
        Part(1, 3, "b", name: "m-00002-of-00002.gguf");
        Check(first, "should be part 2 of 2");
        Part(1, 2, "b");
        GgufFile.Open(first).Dispose();
        Part(0, 2, "a", total: 5);
        Check(first, "5 are announced");
        Check(Part(0, 2, "a", name: "renamed.gguf"), "name does not end in -00001-of-00002.gguf");
        Check(Part(0, 2, "a", name: "m-00001-of-00004.gguf"), "name does not end in -00001-of-00002.gguf");
    }

    [Fact]
    public void MemoryHoldsNoParts() =>
        Assert.Throws<ModelFormatException>(() => GgufFile.Open(new GgufBytes().Key16("split.count", 2).Build()));

    private static void Check(string path, string says) =>
        Assert.Contains(says, Assert.Throws<ModelFormatException>(() => GgufFile.Open(path)).Message, StringComparison.Ordinal);
}
