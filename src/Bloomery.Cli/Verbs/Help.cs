using System.CommandLine;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Options;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Cli.Verbs;

/// <summary>The pages that <c>--help</c> shows, and the one of the environment variables.</summary>
[Key("help")]
internal sealed class Help : Verb
{
    private const string Environment = "environment";

    private readonly Argument<string?> _topic =
        ArgumentOf.Optional("TOPIC", "A verb, or environment for the environment variables (default: the list of verbs)");

    /// <summary>Names the words for those who complete them.</summary>
    public Help() => _topic.HelpName = string.Join('|', [.. App.Verbs.Names, Environment]);

    /// <inheritdoc/>
    public override string Summary => "Shows what there is, what a verb takes, or the environment variables";

    /// <inheritdoc/>
    public override string Examples => "bloomery help run\nbloomery help environment";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols => [_topic];

    /// <inheritdoc/>
    public override int Run(Call call)
    {
        string? topic = call.Get(_topic);
        Dictionary<Command, Verb> verbs = App.Commands([], out _);
        Command? command = verbs.Keys.FirstOrDefault(verb => verb.Name == topic);
        if (topic is not (null or Environment) && command is null) throw new UsageException(UsageErrors.NoVerb(topic));
        string page = topic == Environment ? HelpPage.Environment(verbs) : HelpPage.Text(verbs, command);
        if (!call.WantsJson)
        {
            call.Write(page);
            return 0;
        }
        call.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("topic", topic);
            json.WriteString("text", page);
            json.WriteEndObject();
        });
        return 0;
    }
}
