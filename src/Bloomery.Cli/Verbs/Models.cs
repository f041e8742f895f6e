using System.CommandLine;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Options;
using Bloomery.Cli.Output;
using Bloomery.Formats.Hub;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Cli.Verbs;

/// <summary>Shows and clears the local store.</summary>
[Key("models")]
internal sealed class Models : Verb
{
    private readonly Argument<string> _action = ArgumentOf.Choice("ACTION", "What to do", "list", "remove");
    private readonly Argument<string?> _name = ArgumentOf.Optional("NAME", "The model to remove");

    /// <inheritdoc/>
    public override string Summary => "Lists or removes the models in the local store";

    /// <inheritdoc/>
    public override string Examples => "bloomery models list\nbloomery models remove Qwen/Qwen3-0.6B";

    /// <inheritdoc/>
    public override string Remarks => "Models in an existing Hugging Face cache are listed and can be used; they are not ours to remove.";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols => [_action, _name];

    /// <inheritdoc/>
    public override int Run(Call call)
    {
        LocalStore store = LocalStore.Default;
        string? name = call.Get(_name);
        bool remove = call.Need(_action) == "remove";
        if (remove && name is null) throw new UsageException("NAME is missing: which model is to be removed?");
        if (!remove && name is not null) throw new UsageException($"'{name}' is one argument too many");
        IReadOnlyList<StoredModel> models = remove ? [store.Remove(name!)] : store.List();
        if (call.WantsJson)
        {
            call.WriteJson(json =>
            {
                json.WriteStartArray();
                foreach (StoredModel model in models)
                {
                    json.WriteStartObject();
                    json.WriteString("name", model.Name);
                    json.WriteString("path", model.Path);
                    json.WriteNumber("bytes", model.Bytes);
                    json.WriteBoolean("removable", model.Removable);
                    json.WriteBoolean("complete", model.Complete);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            });
        }
        else if (remove)
        {
            call.Log($"removed {models[0].Name} ({Size.Text(models[0].Bytes)})");
        }
        else
        {
            if (models.Count == 0) call.Log($"no models in {store.Folder} yet; 'bloomery pull hf:ORG/NAME' fetches one");
            TextTable.Write(call, models.Select(model => (string[])[model.Name, Size.Text(model.Bytes), Note(model)]), right: 1);
        }
        return 0;
    }

    private static string Note(StoredModel model) => !model.Complete ? "not complete: pull it again to go on" : model.Removable ? "" : "Hugging Face cache";
}
