using Bloomery.Formats.Hub;

namespace Bloomery.Tests.Formats.Hub;

/// <summary>A pull of several files that ends in the middle leaves no model that looks whole.</summary>
public sealed class InterruptedPullTests : HubTestBase
{
    [Fact]
    public async Task WhatIsNotWholeIsListedAsSuchAndIsNotUsed()
    {
        Hub.Add("config.json", "{}"u8.ToArray(), small: true).Add("a.safetensors", Content).Add("b.safetensors", Content[..1000]);
        Hub.Misbehave = async (request, content, stream) =>
        {
            if (!request.Path.EndsWith("b.safetensors", StringComparison.Ordinal)) return false;
            await FakeHub.AnswerAsync(stream, "404 Not Found", []);
            return true;
        };
        await Assert.ThrowsAsync<HubException>(() => PullAllAsync(Model));
        StoredModel model = Assert.Single(Store.List());
        Assert.Equal(("org/model", false), (model.Name, model.Complete));
        Assert.Contains("'bloomery pull hf:org/model'", Assert.Throws<InvalidOperationException>(() => ModelLocation.Resolve("org/model", Store)).Message,
            StringComparison.Ordinal);

        Hub.Misbehave = (_, _, _) => Task.FromResult(false);
        await PullAllAsync(Model);
        Assert.True(Assert.Single(Store.List()).Complete);
        Assert.Equal(Store.FolderOf(Model), ModelLocation.Resolve("org/model", Store));
        Assert.DoesNotContain(Stored(), file => file.Contains(".pulling", StringComparison.Ordinal));
    }

    [Fact]
    public async Task APartOfASplitFileIsNoModelAndCanBeRemoved()
    {
        Hub.Add("m-00001-of-00002.gguf", Content[..2000]).Add("m-00002-of-00002.gguf", Content);
        Hub.Misbehave = async (request, content, stream) =>
        {
            if (!request.Path.EndsWith("00002-of-00002.gguf", StringComparison.Ordinal)) return false;
            await FakeHub.AnswerAsync(stream, "404 Not Found", []);
            return true;
        };
        HubName name = HubName.Parse("hf:org/model:m-00001-of-00002.gguf");
        await Assert.ThrowsAsync<HubException>(() => PullAllAsync(name));
        StoredModel model = Assert.Single(Store.List());
        Assert.Equal(("org/model", false), (model.Name, model.Complete));
        Store.Remove("org/model:m-00001-of-00002.gguf");
        Assert.Empty(Stored());

        Hub.Misbehave = (_, _, _) => Task.FromResult(false);
        await PullAllAsync(name);
        model = Assert.Single(Store.List());
        Assert.Equal((true, Content.Length + 2000L), (model.Complete, model.Bytes));
        Store.Remove("org/model");
        Assert.Empty(Stored());
    }

    [Fact]
    public async Task APullThatFindsEverythingLeavesNoMarkAndDisturbsNobody()
    {
        Hub.Add("config.json", "{}"u8.ToArray(), small: true).Add("model.safetensors", Content);
        await PullAllAsync(Model);
        var marker = new PullMarker(Store.FolderOf(Model), null, []);
        var download = new Download(Client, Store);
        foreach (HubFile file in HubSelection.Select(Model, await Client.ListAsync(Model, default)))
            await download.RunAsync(Model, file, null, default, marker);
        Assert.False(File.Exists(marker.Path));
    }

    [Fact]
    public async Task RevisionsLieSideBySide()
    {
        Hub.Add("m.gguf", Content);
        HubName other = HubName.Parse("hf:org/model@refs/pr/1");
        await PullAllAsync(other);
        Assert.Equal(["org/model@refs/pr/1"], Store.List().Select(model => model.Name));
        Assert.False(Store.TryFind("org/model", out _));
        Assert.True(Store.TryFind("hf:org/model@refs/pr/1", out StoredModel? found));
        Assert.True(File.Exists(found.Path));
        await PullAllAsync(Model);
        Assert.Equal(2, Store.List().Count);
    }

    [Fact]
    public async Task WhileAPullNotesWhatItFetchesOthersSeeTheModelAsIncompleteOrNotAtAll()
    {
        string folder = Store.FolderOf(Model);
        System.IO.Directory.CreateDirectory(folder);
        var marker = new PullMarker(folder, null, [.. Enumerable.Range(0, 200).Select(i => new HubFile($"model-{i:D5}.safetensors", 1, null))]);
        using var stop = new CancellationTokenSource();
        Task writer = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                marker.Write();
                marker.Delete();
            }
        });
        for (int seen = 0; seen < 200;)
        {
            if (writer.IsCompleted) await writer;
            IReadOnlySet<string> pending = PullMarker.Pending(folder);
            Assert.True(pending.Count is 0 or 200, $"{pending.Count} of 200 files");
            if (pending.Count > 0) seen++;
        }
        await stop.CancelAsync();
        await writer;
    }

    private async Task PullAllAsync(HubName name)
    {
        IReadOnlyList<HubFile> files = HubSelection.Select(name, await Client.ListAsync(name, default));
        var marker = new PullMarker(Store.FolderOf(name), name.File, files);
        foreach (HubFile file in files) await new Download(Client, Store).RunAsync(name, file, null, default, marker);
        marker.Delete();
    }
}
