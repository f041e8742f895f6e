using Bloomery.Formats.Hub;

namespace Bloomery.Tests.Hub;

public sealed class DownloadTests : IDisposable
{
    private static readonly HubName Name = HubName.Parse("hf:o/n");
    private static readonly byte[] Content = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31 >> 3))];
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"bloomery-store-{Guid.NewGuid():N}");
    private readonly FakeHub _hub = new();
    private readonly HubClient _client;
    private readonly LocalStore _store;

    public DownloadTests()
    {
        _client = _hub.Client();
        _store = new LocalStore(_folder, null);
    }

    public void Dispose()
    {
        _client.Dispose();
        _hub.Dispose();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_model_is_fetched_checked_and_found()
    {
        _hub.Add("model.safetensors", Content);
        _hub.Add("config.json", "{}"u8.ToArray());
        _hub.Add("onnx/model.onnx", Content);
        _hub.Add("README.md", "text"u8.ToArray());
        IReadOnlyList<HubFile> files = HubSelection.Select(Name, await _client.ListAsync(Name, default));
        Assert.Equal(["config.json", "model.safetensors"], files.Select(file => file.Path).Order());
        foreach (HubFile file in files) await Fetch(file);
        Assert.Equal(Content, File.ReadAllBytes(Path.Combine(_folder, "o", "n", "model.safetensors")));
        Assert.True(_store.TryFind("o/n", out StoredModel? model));
        Assert.Equal(Path.Combine(_folder, "o", "n"), model.Path);
        Assert.Equal(_store.FolderOf(Name), ModelLocation.Resolve("hf:o/n", _store));
        Assert.Empty(Directory.GetFiles(_folder, "*.partial", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_broken_download_leaves_no_file_and_resumes()
    {
        _hub.Add("m.gguf", Content);
        HubFile file = (await _client.ListAsync(Name, default))[0];
        _hub.BreakAfter = 100_000;
        HubException broken = await Assert.ThrowsAsync<HubException>(() => Fetch(file));
        Assert.Contains("m.gguf", broken.Message, StringComparison.Ordinal);
        Assert.False(_store.TryFind("o/n", out _));
        long had = new FileInfo(Path.Combine(_folder, "o", "n", "m.gguf.partial")).Length;
        Assert.InRange(had, 1, 100_000);
        _hub.BreakAfter = 0;
        Assert.Equal(Content, File.ReadAllBytes(await Fetch(file)));
        Assert.Contains($"/o/n/resolve/main/m.gguf bytes={had}-", _hub.Requests);
    }

    [Fact]
    public async Task Damaged_bytes_are_refused_and_removed()
    {
        _hub.Add("m.gguf", Content);
        _hub.Corrupt = true;
        HubFile file = (await _client.ListAsync(Name, default))[0];
        HubException damaged = await Assert.ThrowsAsync<HubException>(() => Fetch(file));
        Assert.Contains("SHA-256", damaged.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task More_bytes_than_announced_are_not_stored()
    {
        _hub.Add("m.gguf", Content);
        _hub.FalseSize = 1000;
        HubFile file = (await _client.ListAsync(Name, default))[0];
        HubException e = await Assert.ThrowsAsync<HubException>(() => Fetch(file));
        Assert.Contains("1000", e.Message, StringComparison.Ordinal);
        Assert.False(_store.TryFind("o/n", out _));
    }

    [Theory]
    [InlineData("../evil.gguf")]
    [InlineData("a/../../evil.gguf")]
    [InlineData("/etc/evil.gguf")]
    [InlineData("..\\evil.gguf")]
    public async Task Names_that_lead_out_of_the_store_are_refused(string path)
    {
        HubException e = await Assert.ThrowsAsync<HubException>(() => Fetch(new HubFile(path, 1, null)));
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
        HubException none = Assert.Throws<HubException>(() => HubSelection.Select(Name, [new HubFile(path, 1, null)]));
        Assert.Contains("neither safetensors nor GGUF", none.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder));
    }

    [Fact]
    public async Task What_is_not_there_is_said_so()
    {
        HubException e = await Assert.ThrowsAsync<HubException>(() => _client.ListAsync(HubName.Parse("hf:no/where"), default));
        Assert.Contains("404", e.Message, StringComparison.Ordinal);
        Assert.Contains("hf:no/where", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_gguf_files_need_a_choice()
    {
        _hub.Add("a-Q4_0.gguf", [1]);
        _hub.Add("a-Q8_0.gguf", [2]);
        IReadOnlyList<HubFile> files = await _client.ListAsync(Name, default);
        Assert.Contains("hf:o/n:a-Q4_0.gguf", Assert.Throws<HubException>(() => HubSelection.Select(Name, files)).Message, StringComparison.Ordinal);
        Assert.Equal("a-Q8_0.gguf", HubSelection.Select(HubName.Parse("hf:o/n:a-Q8_0.gguf"), files).Single().Path);
    }

    [Fact]
    public void A_split_file_brings_its_parts()
    {
        HubFile[] files = [new("m-00001-of-00002.gguf", 1, null), new("m-00002-of-00002.gguf", 1, null), new("n-00002-of-00002.gguf", 1, null)];
        Assert.Equal(["m-00001-of-00002.gguf", "m-00002-of-00002.gguf"], HubSelection.Select(HubName.Parse("hf:o/n:m-00001-of-00002.gguf"), files).Select(file => file.Path));
    }

    private Task<string> Fetch(HubFile file) => new Download(_client, _store).RunAsync(Name, file, null, default);
}
