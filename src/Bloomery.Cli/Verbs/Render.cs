using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Input;
using Bloomery.Cli.Options;
using Bloomery.Formats.ChatTemplates;
using Bloomery.Formats.Hub;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Cli.Verbs;

/// <summary>A chat template's text for given variables.</summary>
[Key("render")]
internal sealed class Render : Verb
{
    private readonly Argument<string> _template = ArgumentOf.Required("TEMPLATE", "A .jinja file, or a model with a chat template");
    private readonly Option<string?> _input = OptionOf.Path("--input", "FILE",
        "A JSON object of variables: messages, tools, documents, add_generation_prompt, special tokens, anything else; now (ISO time) fixes "
        + "strftime_now; - is standard input", "-i").Required();
    private readonly Option<string?> _name = TemplateSource.NameOption();
    private readonly Option<bool> _plain = OptionOf.Flag("--plain", "Only the variables given, no chat conventions");

    /// <inheritdoc/>
    public override string Summary => "Renders a chat template";

    /// <inheritdoc/>
    public override string Examples =>
        "bloomery render template.jinja --input variables.json\necho '{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}], "
        + "\"add_generation_prompt\": true}' | bloomery render model.gguf --input -";

    /// <inheritdoc/>
    public override string Remarks => "Prints exactly the text, without a line end of its own. When the template raises, exit code 1 and its message.";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols => [_template, _input, _name, _plain];

    /// <inheritdoc/>
    public override int Run(Call call)
    {
        string input = call.Need(_input);
        using JsonDocument document = InputFile.Json(input);
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw new CliException($"{InputFile.Name(input)}: expected a JSON object of variables");
        JsonObject variables = JsonObject.Create(document.RootElement)!;
        // As in the reference library, an empty list of tools is one.
        bool withTools = variables.TryGetPropertyValue("tools", out JsonNode? tools) && tools is not null;
        TemplateSource source = TemplateSource.Read(call, ModelLocation.Resolve(call.Need(_template)), call.Get(_name), withTools);
        DateTime? now = Now(input, variables);
        bool plain = call.Get(_plain);
        if (!plain)
        {
            // A model brings its special tokens along; what the file says goes before.
            foreach ((string name, string token) in source.SpecialTokens) variables.TryAdd(name, token);
        }
        string text = ChatTemplate.Parse(source.Text, source.Name).Render(variables, new RenderOptions { Now = now, Plain = plain }).Text;
        if (!call.WantsJson)
        {
            call.Write(text);
            return 0;
        }
        call.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("text", text);
            json.WriteEndObject();
        });
        return 0;
    }

    private static DateTime? Now(string input, JsonObject variables)
    {
        if (!variables.TryGetPropertyValue("now", out JsonNode? node) || node is null) return null;
        if (node is JsonValue value && value.TryGetValue(out string? text) && text is [_, _, _, _, '-', _, _, '-', ..]
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset time))
        {
            variables.Remove("now");
            return time.DateTime;
        }
        throw new CliException($"{InputFile.Name(input)}: now is {node.ToJsonString()}, expected an ISO time such as \"2024-07-26T12:00:00\"");
    }
}
