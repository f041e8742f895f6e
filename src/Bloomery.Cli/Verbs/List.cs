using System.CommandLine;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Options;
using Bloomery.Cli.Output;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Cli.Verbs;

/// <summary>Prints what this build can do, from the catalogues.</summary>
[Key("list")]
internal sealed class List : Verb
{
    private readonly Argument<string> _what = ArgumentOf.Choice("WHAT", "The catalogue", [.. Catalogs.Names]);

    /// <inheritdoc/>
    public override string Summary => "Prints what this build can do: architectures, formats, samplers, kernels, ...";

    /// <inheritdoc/>
    public override string Examples => "bloomery list architectures\nbloomery list formats --json";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols => [_what];

    /// <inheritdoc/>
    public override int Run(Call call)
    {
        IReadOnlyList<CatalogEntry> entries = Catalogs.Read(call.Need(_what));
        if (call.WantsJson)
        {
            call.WriteJson(json =>
            {
                json.WriteStartArray();
                foreach (CatalogEntry entry in entries)
                {
                    json.WriteStartObject();
                    json.WriteString("name", entry.Name);
                    json.WriteString("note", entry.Note);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            });
            return 0;
        }
        TextTable.Write(call, entries.Select(entry => (string[])[entry.Name, entry.Note]));
        return 0;
    }
}
