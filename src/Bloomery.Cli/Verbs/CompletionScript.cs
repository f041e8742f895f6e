using System.CommandLine;
using Bloomery.Cli.Completion;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Options;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Cli.Verbs;

/// <summary>Prints a completion script, written from the verbs of this build.</summary>
[Key("completion")]
internal sealed class CompletionScript : Verb
{
    private readonly Argument<string> _shell = ArgumentOf.Choice("SHELL", "The shell", "bash", "zsh", "fish", "pwsh");

    /// <inheritdoc/>
    public override string Summary => "Prints a completion script for a shell";

    /// <inheritdoc/>
    public override string Examples =>
        "source <(bloomery completion bash)\nbloomery completion fish > ~/.config/fish/completions/bloomery.fish\nbloomery completion pwsh | "
        + "Out-String | Invoke-Expression";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols => [_shell];

    /// <inheritdoc/>
    public override int Run(Call call)
    {
        CompletionVerb[] verbs = [.. App.Commands([], out _).Keys.OrderBy(command => command.Name, StringComparer.Ordinal).Select(CompletionVerb.Of)];
        string shell = call.Need(_shell), script = shell switch
        {
            "bash" => Bash.Script(verbs),
            "zsh" => Zsh.Script(verbs),
            "fish" => Fish.Script(verbs),
            _ => PowerShell.Script(verbs),
        };
        if (!call.WantsJson)
        {
            call.Write(script);
            return 0;
        }
        call.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("shell", shell);
            json.WriteString("script", script);
            json.WriteEndObject();
        });
        return 0;
    }
}
