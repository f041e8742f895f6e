using System.Text.Json;
using Bloomery.Tests.Formats;
using Bloomery.Tests.Formats.Hub;

namespace Bloomery.Tests.Cli;

/// <summary>pull and models as a user runs them, against a hub on this machine that the environment names.</summary>
public sealed class PullTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly FakeHub _hub = new();

    public void Dispose()
    {
        _hub.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_environment_names_hub_token_and_store()
    {
        _hub.Add("config.json", "{}"u8.ToArray(), small: true).Add("model.safetensors", new byte[1000]);
        CliRun run = Run("pull", "hf:org/model", "--json").Expect(0);
        Assert.Empty(run.Error);
        using JsonDocument document = JsonDocument.Parse(run.Output);
        Assert.Equal(("org/model", _folder.Of("store/org/model"), 2),
            (document.RootElement.GetProperty("model").GetString(), document.RootElement.GetProperty("path")
                .GetString(), document.RootElement.GetProperty("files").GetInt32()));
        Assert.NotEmpty(_hub.Requests);
        Assert.All(_hub.Requests, request => Assert.Equal("Bearer hf_secret", request.Authorization));

        Assert.Equal("org/model  1.0 kB\n", Run("models", "list").Expect(0).Output);
        using JsonDocument list = JsonDocument.Parse(Run("models", "list", "--json").Expect(0).Output);
        Assert.Equal(["name", "path", "bytes", "removable", "complete"], list.RootElement[0].EnumerateObject().Select(property => property.Name));
        Run("models", "remove", "org/model").Expect(0);
        Assert.Equal("", Run("models", "list").Expect(0).Output);
    }

    [Theory]
    [InlineData("no address")]
    [InlineData("ftp://example.org")]
    public void A_hub_that_is_no_web_address_is_refused(string endpoint)
    {
        CliRun run = CliRun.With(null, Environment(endpoint), "pull", "hf:org/model").Expect(1);
        Assert.Equal($"bloomery: HF_ENDPOINT is '{endpoint}', which is no web address", run.ErrorLine);
    }

    private CliRun Run(params string[] arguments) => CliRun.With(null, Environment(_hub.Address.ToString()), arguments);

    private Dictionary<string, string> Environment(string endpoint) =>
        new() { ["HF_ENDPOINT"] = endpoint, ["HF_TOKEN"] = " hf_secret\n", ["BLOOMERY_HOME"] = _folder.Of("store"), ["HF_HOME"] = _folder.Of("hf") };
}
