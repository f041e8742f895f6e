using System.Text.Json.Nodes;
using Bloomery.Formats.Hub;

namespace Bloomery.Tests.Formats.Hub;

/// <summary>Downloads from a hub that fails, stalls, truncates, lies and redirects.</summary>
public sealed class HubDownloadTests : HubTestBase
{
    private const int Cut = 1_000_000;

    private string Final => Path.Combine("org", "model", "m.gguf");

    private void AddModel() => Hub.Add("m.gguf", Content);

    [Fact]
    public async Task FetchesVerifiesAndReports()
    {
        AddModel();
        Recorder recorder = new();
        string path = await PullAsync(progress: recorder);
        Assert.Equal(Content, await File.ReadAllBytesAsync(path));
        Assert.Equal([Final], Stored());
        Assert.Equal(Content.Length, recorder.Reports[^1]);
        Assert.Equal(recorder.Reports.Order(), recorder.Reports);
        Assert.Equal(path, ModelLocation.Resolve("hf:org/model", Store));
        Assert.All(Hub.Requests, request => Assert.Equal("Bearer secret", request.Authorization));

        await PullAsync(); // is here already
        Assert.Single(Hub.Fetches);
    }

    [Fact]
    public async Task ResumesATruncatedTransfer()
    {
        AddModel();
        int fetches = 0;
        Hub.Misbehave = async (request, content, stream) =>
        {
            if (fetches++ > 0) return false;
            await FakeHub.AnswerAsync(stream, "200 OK", content, cut: Cut);
            return true;
        };
        Assert.Equal(Content, await File.ReadAllBytesAsync(await PullAsync()));
        Assert.Equal([null, (long)Cut], Hub.Fetches.Select(request => request.From));
    }

    [Fact]
    public async Task ResumesInALaterRun()
    {
        AddModel();
        Hub.Misbehave = async (request, content, stream) =>
        {
            if (request.From is null) await FakeHub.AnswerAsync(stream, "200 OK", content, cut: Cut);
            else await FakeHub.AnswerAsync(stream, "500 Internal Server Error", []);
            return true;
        };
        await FailsAsync("run the command again to go on");
        Assert.Equal(Final + ".partial", Assert.Single(Stored()));
        Assert.False(Store.TryFind("org/model", out _));
        Assert.Empty(Store.List());

        Hub.Misbehave = (_, _, _) => Task.FromResult(false);
        Assert.Equal(Content, await File.ReadAllBytesAsync(await PullAsync()));
        Assert.Equal(Cut, Hub.Fetches.Last().From);
        Assert.Equal([Final], Stored());
    }

    [Fact]
    public async Task ResumesAfterAStall()
    {
        AddModel();
        Client.Dispose();
        Client = new HubClient(Client.Options with { StallTimeout = TimeSpan.FromSeconds(2) });
        int fetches = 0;
        TaskCompletionSource done = new();
        Hub.Misbehave = async (request, content, stream) =>
        {
            if (fetches++ > 0) return false;
            await FakeHub.AnswerAsync(stream, "200 OK", content, cut: Cut);
            await done.Task; // says nothing more, but keeps the connection
            return true;
        };
        string path = await PullAsync();
        done.SetResult();
        Assert.Equal(Content, await File.ReadAllBytesAsync(path));
        Assert.Equal([null, (long)Cut], Hub.Fetches.Select(request => request.From));
    }

    [Fact]
    public async Task GivesUpOnAServerThatKeepsStalling()
    {
        AddModel();
        Client.Dispose();
        Client = new HubClient(Client.Options with { StallTimeout = TimeSpan.FromMilliseconds(300), Attempts = 2 });
        TaskCompletionSource done = new();
        Hub.Misbehave = async (_, _, _) =>
        {
            await done.Task;
            return true;
        };
        await FailsAsync("nothing arrived for 0.3 s");
        done.SetResult();
        Assert.Equal(2, Hub.Fetches.Count());
    }

    [Fact]
    public async Task TriesAgainAfterServerErrorsAndStopsAfterEnough()
    {
        AddModel();
        int fetches = 0;
        Hub.Misbehave = async (request, content, stream) =>
        {
            if (fetches++ >= 2) return false;
            await FakeHub.AnswerAsync(stream, fetches == 1 ? "503 Unavailable" : "429 Too Many Requests", [], "Retry-After: 0\r\n");
            return true;
        };
        Assert.Equal(Content, await File.ReadAllBytesAsync(await PullAsync()));
    }

    [Fact]
    public async Task TheTokenDoesNotFollowToAForeignHost()
    {
        AddModel();
        using FakeHub foreign = new();
        foreign.Add("m.gguf", Content);
        Hub.Misbehave = async (request, content, stream) =>
        {
            await FakeHub.RedirectAsync(stream, new Uri(foreign.Address, $"/cdn/resolve/main/m.gguf"));
            return true;
        };
        Assert.Equal(Content, await File.ReadAllBytesAsync(await PullAsync()));
        Assert.Null(Assert.Single(foreign.Requests).Authorization);
        Assert.All(Hub.Requests, request => Assert.Equal("Bearer secret", request.Authorization));
    }

    [Fact]
    public async Task TheTokenReturnsWithTheOwnHost()
    {
        AddModel();
        int fetches = 0;
        Hub.Misbehave = async (request, content, stream) =>
        {
            if (fetches++ > 0) return false;
            await FakeHub.AnswerAsync(stream, "307 Temporary Redirect", [], $"Location: /other/resolve/main/m.gguf\r\n");
            return true;
        };
        await PullAsync();
        Assert.Equal(2, Hub.Fetches.Count());
        Assert.All(Hub.Fetches, request => Assert.Equal("Bearer secret", request.Authorization));
    }

    [Theory]
    [InlineData("file:///etc/passwd", "not a safe connection")]
    [InlineData("ftp://127.0.0.1/m.gguf", "not a safe connection")]
    [InlineData("/org/model/resolve/main/m.gguf", "redirects more than 8 times")]
    public async Task RefusesRedirections(string to, string says)
    {
        AddModel();
        Hub.Misbehave = async (_, _, stream) =>
        {
            await FakeHub.AnswerAsync(stream, "302 Found", [], $"Location: {to}\r\n");
            return true;
        };
        await FailsAsync(says);
    }

    [Fact]
    public async Task RefusesOtherContentOfTheSameSize()
    {
        AddModel();
        Hub.Misbehave = async (request, content, stream) =>
        {
            byte[] other = [.. content];
            other[Cut] ^= 1;
            await FakeHub.AnswerAsync(stream, "200 OK", other);
            return true;
        };
        await FailsAsync("its SHA-256 is");
        Assert.Empty(Stored());
        Assert.Empty(Store.List());
    }

    [Fact]
    public async Task VerifiesSmallFilesByTheirGitHash()
    {
        Hub.Add("config.json", "{\"a\":1}"u8.ToArray(), small: true).Add("model.safetensors", Content);
        Hub.Misbehave = async (request, content, stream) =>
        {
            if (!request.Path.EndsWith("config.json", StringComparison.Ordinal)) return false;
            await FakeHub.AnswerAsync(stream, "200 OK", "{\"a\":2}"u8.ToArray());
            return true;
        };
        await FailsAsync("its git hash is");
        Hub.Misbehave = (_, _, _) => Task.FromResult(false);
        await PullAsync();
        Assert.Equal("{\"a\":1}", await File.ReadAllTextAsync(Path.Combine(Store.FolderOf(Model), "config.json")));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task RefusesOtherSizes(int difference)
    {
        AddModel();
        Hub.Misbehave = async (request, content, stream) =>
        {
            await FakeHub.AnswerAsync(stream, "200 OK", new byte[content.Length + difference]);
            return true;
        };
        await FailsAsync($"the server has {Content.Length + difference} bytes");
    }

    [Fact]
    public async Task RefusesAnEndlessBody()
    {
        AddModel();
        Hub.Misbehave = async (request, content, stream) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"u8.ToArray());
            for (int i = 0; i < 100; i++) await stream.WriteAsync(content);
            return true;
        };
        await FailsAsync("sends more than");
        Assert.True(new FileInfo(Path.Combine(Store.Folder, Assert.Single(Stored()))).Length <= Content.Length);
    }

    [Fact]
    public async Task StartsOverWhenTheServerIgnoresRange()
    {
        AddModel();
        int fetches = 0;
        Hub.Misbehave = async (request, content, stream) =>
        {
            await FakeHub.AnswerAsync(stream, "200 OK", content, cut: fetches++ == 0 ? Cut : null);
            return true;
        };
        Assert.Equal(Content, await File.ReadAllBytesAsync(await PullAsync()));
        Assert.Equal(2, fetches);
    }

    [Fact]
    public async Task StartsOverWhenTheServerSendsAnotherRange()
    {
        AddModel();
        int fetches = 0;
        Hub.Misbehave = async (request, content, stream) =>
        {
            if (++fetches == 1) await FakeHub.AnswerAsync(stream, "200 OK", content, cut: Cut);
            else if (request.From is not null)
                await FakeHub.AnswerAsync(stream, "206 Partial Content", content[5..], $"Content-Range: bytes 5-{content.Length - 1}/{content.Length}\r\n");
            else return false;
            return true;
        };
        Assert.Equal(Content, await File.ReadAllBytesAsync(await PullAsync()));
    }

    [Fact]
    public async Task ResumesOnlyWhatFits()
    {
        AddModel();
        string partial = Path.Combine("store", Final + ".partial");
        Directory.Write(partial, new byte[Content.Length + 1]);
        Assert.Equal(Content, await File.ReadAllBytesAsync(await PullAsync()));

        File.Delete(Path.Combine(Store.Folder, Final));
        Directory.Write(partial, new byte[10]); // the start of something else: found out at the end
        await FailsAsync("damaged");
        Assert.Empty(Stored());
    }

    [Fact]
    public async Task ReplacesAFileOfAnotherRevisionOfTheSameSize()
    {
        AddModel();
        Directory.Write(Path.Combine("store", Final), new byte[Content.Length]);
        Assert.Equal(Content, await File.ReadAllBytesAsync(await PullAsync()));
    }

    [Fact]
    public async Task TwoDownloadsOfOneFileDoNotMix()
    {
        AddModel();
        string partial = Directory.Write(Path.Combine("store", Final + ".partial"), []);
        using FileStream other = new(partial, FileMode.Create, FileAccess.Write, FileShare.None);
        await FailsAsync("another process");
    }

    [Fact]
    public async Task RefusesLinksOutOfTheStore()
    {
        AddModel();
        string outside = System.IO.Directory.CreateDirectory(Directory.Of("outside")).FullName;
        System.IO.Directory.CreateDirectory(Store.Folder);
        System.IO.Directory.CreateSymbolicLink(Path.Combine(Store.Folder, "org"), outside);
        await FailsAsync("is a link to");
        Assert.Empty(System.IO.Directory.EnumerateFileSystemEntries(outside));
    }

    [Theory]
    [InlineData("pytorch_model.bin")]
    [InlineData("model.pt")]
    [InlineData("weights.CKPT")]
    public async Task RefusesPickles(string name)
    {
        Hub.Add(name, Content).Add("config.json", "{}"u8.ToArray(), small: true);
        await FailsAsync("pickle");
        await FailsAsync("pickle", name);
        Assert.Empty(Hub.Fetches);
    }

    [Theory]
    [InlineData("../m.gguf")]
    [InlineData("/etc/m.gguf")]
    [InlineData("a/../../m.gguf")]
    [InlineData("..\\m.gguf")]
    [InlineData("C:m.gguf")]
    [InlineData("a//m.gguf")]
    [InlineData("./m.gguf")]
    [InlineData("a\u0000m.gguf")]
    public async Task RefusesNamesThatLeadOut(string name)
    {
        AddModel();
        Hub.Listing = listing => listing["siblings"]![0]!["rfilename"] = name;
        await FailsAsync("neither safetensors nor GGUF");
        var exception = await Assert.ThrowsAsync<HubException>(() => new Download(Client, Store).RunAsync(Model, new HubFile(name, 1, null), null, default));
        Assert.Contains("could lead out of the store", exception.Message, StringComparison.Ordinal);
        Assert.Empty(Hub.Fetches);
        Assert.Empty(Stored());
    }

    [Fact]
    public async Task RefusesListingsThatMakeNoSense()
    {
        AddModel();
        Hub.Listing = listing => listing.Remove("siblings");
        await FailsAsync("cannot be understood");
        Hub.Listing = listing => listing["siblings"]![0]!["size"] = "many";
        await FailsAsync("does not say how large");
        Hub.Listing = listing => listing["siblings"]![0]!["size"] = long.MaxValue;
        await FailsAsync("are free in");
        Hub.Listing = listing => { ((JsonObject)listing["siblings"]![0]!).Remove("lfs"); ((JsonObject)listing["siblings"]![0]!).Remove("blobId"); };
        await FailsAsync("cannot be verified");
    }

    [Fact]
    public async Task SaysWhatIsMissing()
    {
        HubException exception = await Assert.ThrowsAsync<HubException>(() => Client.ListAsync(HubName.Parse("hf:org/absent"), default));
        Assert.Contains("hf:org/absent (404) does not exist on 127.0.0.1", exception.Message, StringComparison.Ordinal);
        using HubClient nobody = new(Client.Options with { Endpoint = new Uri("http://127.0.0.1:1") });
        exception = await Assert.ThrowsAsync<HubException>(() => nobody.ListAsync(Model, default));
        Assert.Contains("in 3 attempts", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SeveralGgufFilesNeedAChoiceAndPartsComeTogether()
    {
        byte[] small = "small"u8.ToArray();
        Hub.Add("a-Q4_0.gguf", small).Add("a-Q8_0-00001-of-00002.gguf", small).Add("a-Q8_0-00002-of-00002.gguf", small).Add("b-00002-of-00002.gguf", small);
        await FailsAsync("hf:org/model:a-Q4_0.gguf");
        await PullAsync("a-Q8_0-00001-of-00002.gguf");
        Assert.Equal(["a-Q8_0-00001-of-00002.gguf", "a-Q8_0-00002-of-00002.gguf"], Stored().Select(Path.GetFileName));
    }

    [Fact]
    public async Task ASafetensorsModelComesWithItsCompanions()
    {
        foreach (string name in new[] { "model.safetensors", "config.json", "onnx/model.onnx", "README.md", "1_Pooling/config.json", "pytorch_model.bin" })
            Hub.Add(name, "{}"u8.ToArray());
        await PullAsync();
        Assert.Equal(["1_Pooling/config.json", "config.json", "model.safetensors"], Stored()
            .Select(path => Path.GetRelativePath(Path.Combine("org", "model"), path).Replace('\\', '/')));
        Assert.True(Store.TryFind("org/model", out StoredModel? model));
        Assert.Equal(Store.FolderOf(Model), model.Path);
    }

    [Fact]
    public async Task CancellationKeepsWhatIsHere()
    {
        AddModel();
        using CancellationTokenSource source = new();
        Hub.Misbehave = async (request, content, stream) =>
        {
            await FakeHub.AnswerAsync(stream, "200 OK", content, cut: Cut);
            await Task.Delay(200);
            source.Cancel();
            await Task.Delay(2000);
            return true;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PullAsync(cancellation: source.Token));
        Assert.Equal(Cut, new FileInfo(Path.Combine(Store.Folder, Assert.Single(Stored()))).Length);
    }

    private sealed class Recorder : IProgress<long>
    {
        public List<long> Reports { get; } = [];

        public void Report(long value) => Reports.Add(value);
    }
}
