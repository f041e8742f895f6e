using Bloomery.Formats.Hub;

namespace Bloomery.Tests.Formats.Hub;

/// <summary>A hub, a store and a client for one test.</summary>
public abstract class HubTestBase : IDisposable
{
    private protected static readonly byte[] Content = MakeContent();

    private protected HubTestBase()
    {
        Store = new LocalStore(Directory.Of("store"), Directory.Of("hf"));
        Client = new HubClient(
            new HubOptions { Endpoint = Hub.Address, Token = "secret", StallTimeout = TimeSpan.FromSeconds(20), RetryDelay = TimeSpan.FromMilliseconds(1),
                Attempts = 3 });
    }

    private protected FakeHub Hub { get; } = new();

    private protected TemporaryDirectory Directory { get; } = new();

    private protected LocalStore Store { get; }

    private protected HubClient Client { get; set; }

    private protected HubName Model { get; } = HubName.Parse("hf:org/model");

    public void Dispose()
    {
        Client.Dispose();
        Hub.Dispose();
        Directory.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Fetches the model; the path of its first file.</summary>
    private protected async Task<string> PullAsync(string? file = null, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        HubName name = file is null ? Model : HubName.Parse($"{Model}:{file}");
        List<string> paths = [];
        foreach (HubFile wanted in HubSelection.Select(name, await Client.ListAsync(name, cancellation)))
            paths.Add(await new Download(Client, Store).RunAsync(name, wanted, progress, cancellation));
        return paths[0];
    }

    private protected async Task FailsAsync(string says, string? file = null)
    {
        HubException exception = await Assert.ThrowsAsync<HubException>(() => PullAsync(file));
        Assert.Contains(says, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
    }

    /// <summary>All files in the store.</summary>
    private protected string[] Stored() =>
        System.IO.Directory.Exists(Store.Folder)
            ? [.. System.IO.Directory.EnumerateFiles(Store.Folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Store.Folder, path))
                .Order(StringComparer.Ordinal)]
            : [];

    private static byte[] MakeContent()
    {
        byte[] content = new byte[3_000_000];
        new Random(5).NextBytes(content);
        return content;
    }
}
