using System.CommandLine;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Options;
using Bloomery.Cli.Output;
using Bloomery.Formats.Hub;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Cli.Verbs;

/// <summary>Fetches a model into the local store.</summary>
[Key("pull")]
internal sealed class Pull : Verb
{
    private readonly Argument<string> _name = ArgumentOf.Required("MODEL", "hf:ORG/NAME, hf:ORG/NAME@REVISION or hf:ORG/NAME:FILE.gguf");

    /// <inheritdoc/>
    public override string Summary => "Fetches a model into the local store";

    /// <inheritdoc/>
    public override string Examples =>
        "bloomery pull hf:Qwen/Qwen3-0.6B\nbloomery pull hf:bartowski/SmolLM2-360M-Instruct-GGUF:SmolLM2-360M-Instruct-Q4_K_M.gguf";

    /// <inheritdoc/>
    public override string Remarks =>
        "The store is BLOOMERY_HOME, by default ~/.cache/bloomery. HF_TOKEN opens gated repositories, HF_ENDPOINT names another hub. An interrupted "
        + "download goes on where it stopped.";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols => [_name];

    /// <inheritdoc/>
    public override bool Prints(Call call) => call.WantsJson;

    /// <inheritdoc/>
    public override int Run(Call call)
    {
        HubName name;
        try
        {
            name = HubName.Parse(call.Need(_name));
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message);
        }
        return RunAsync(call, name).GetAwaiter().GetResult();
    }

    private static async Task<int> RunAsync(Call call, HubName name)
    {
        LocalStore store = LocalStore.Default;
        using var client = new HubClient();
        IReadOnlyList<HubFile> files = HubSelection.Select(name, await client.ListAsync(name, call.Cancellation).ConfigureAwait(false));
        var download = new Download(client, store);
        var marker = new PullMarker(store.FolderOf(name), name.File, files);
        long total = 0;
        foreach (HubFile file in files)
        {
            using ProgressLine line = call.Progress(file.Path);
            string path = await download.RunAsync(name, file, new Bytes(line, file.Bytes), call.Cancellation, marker).ConfigureAwait(false);
            total += new FileInfo(path).Length;
        }
        marker.Delete();
        string folder = store.FolderOf(name);
        if (call.WantsJson)
        {
            call.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("model", name.Repository);
                json.WriteString("path", folder);
                json.WriteNumber("files", files.Count);
                json.WriteNumber("bytes", total);
                json.WriteEndObject();
            });
        }
        else
        {
            call.Log($"{name.Repository}: {files.Count} files, {Size.Text(total)}, in {folder}");
        }
        return 0;
    }

    private sealed class Bytes(ProgressLine line, long? total) : IProgress<long>
    {
        public void Report(long value) =>
            line.Report(total is > 0 ? (double)value / total.Value : null, total is > 0 ? $"{Size.Text(value)} of {Size.Text(total.Value)}" : Size.Text(value));
    }
}
