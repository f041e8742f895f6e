using System.Text;
using Bloomery.Formats;
using Bloomery.Formats.Safetensors;

namespace Bloomery.Tests.Formats.Safetensors;

/// <summary>Shards may lie in folders below their index, and nowhere else.</summary>
public sealed class ShardFolderTests : IDisposable
{
    private static readonly byte[] Shard = SafetensorsFileTests.File(Encoding.UTF8.GetBytes("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"""), [7]);
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("model-1.safetensors"), InlineData("sub/model-1.safetensors"), InlineData("a/b c/model-1.safetensors")]
    public void They_are_read(string name)
    {
        _directory.Write($"m/{name}", Shard);
        using SafetensorsFile file = Open(name);
        Assert.Equal([7f], file.Dequantize(file.Tensor("x")));
    }

    [Theory]
    [InlineData("../out.safetensors"), InlineData("sub/../../out.safetensors"), InlineData("sub/../model-1.safetensors"), InlineData("./model-1.safetensors")]
    [InlineData("sub//model-1.safetensors"), InlineData("/out.safetensors")]
    [InlineData("sub/.hidden.safetensors"), InlineData("sub\\\\model-1.safetensors"), InlineData("C:/model-1.safetensors")]
    [InlineData("sub/model-1.safetensors/"), InlineData("sub/model-1.bin"), InlineData("")]
    public void Ways_out_are_refused(string name)
    {
        _directory.Write("out.safetensors", Shard);
        _directory.Write("m/sub/model-1.safetensors", Shard);
        _directory.Write("m/model-1.safetensors", Shard);
        Assert.Throws<ModelFormatException>(() => Open(name).Dispose());
    }

    [SkippableFact]
    public void Links_out_are_refused_and_those_within_are_not()
    {
        Skip.If(OperatingSystem.IsWindows(), "links need rights there");
        _directory.Write("elsewhere/model-1.safetensors", Shard);
        _directory.Write("m/real/model-1.safetensors", Shard);
        Directory.CreateSymbolicLink(_directory.Of("m/linked"), _directory.Of("elsewhere"));
        Directory.CreateSymbolicLink(_directory.Of("m/within"), "real");
        Directory.CreateDirectory(_directory.Of("m/files"));
        File.CreateSymbolicLink(_directory.Of("m/files/model-1.safetensors"), "../../elsewhere/model-1.safetensors");
        foreach (string folder in (string[])["linked", "files"])
        {
            string message = Assert.Throws<ModelFormatException>(() => Open($"{folder}/model-1.safetensors")).Message;
            Assert.Contains("a link takes it out of the model's folder", message, StringComparison.Ordinal);
        }
        Open("within/model-1.safetensors").Dispose();
        Directory.CreateSymbolicLink(_directory.Of("alias"), _directory.Of("m")); // the model's own folder may be reached by a link
        SafetensorsFile.OpenModel(_directory.Of("alias")).Dispose();
    }

    [SkippableFact]
    public void A_caches_snapshot_links_to_its_blobs()
    {
        Skip.If(OperatingSystem.IsWindows(), "links need rights there");
        _directory.Write("models--a--b/blobs/0123", Shard);
        _directory.Write("models--a--b/snapshots/c0/model.safetensors.index.json", """{"weight_map": {"x": "sub/model-1.safetensors"}}"""u8.ToArray());
        Directory.CreateDirectory(_directory.Of("models--a--b/snapshots/c0/sub"));
        File.CreateSymbolicLink(_directory.Of("models--a--b/snapshots/c0/sub/model-1.safetensors"), "../../../blobs/0123");
        SafetensorsFile.OpenModel(_directory.Of("models--a--b/snapshots/c0")).Dispose();
    }

    private SafetensorsFile Open(string name)
    {
        _directory.Write("m/model.safetensors.index.json", Encoding.UTF8.GetBytes($$$"""{"weight_map": {"x": "gone.safetensors", "x": "{{{name}}}"}}"""));
        return SafetensorsFile.OpenModel(_directory.Of("m"));
    }
}
