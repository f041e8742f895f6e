using System.CommandLine;
using Bloomery.Cli.Completion;
using Bloomery.Cli.Framework;
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
    public override string Examples => "source <(bloomery completion bash)\nbloomery completion fish > ~/.config/fish/completions/bloomery.fish\nbloomery completion pwsh | Out-String | Invoke-Expression";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols => [_shell];

    /// <inheritdoc/>
    public override bool HasJson => false;

    /// <inheritdoc/>
    public override int Run(Call call)
    {
        CompletionVerb[] verbs = [.. App.Commands([], out _).Keys.OrderBy(command => command.Name, StringComparer.Ordinal).Select(CompletionVerb.Of)];
        call.Write(call.Need(_shell) switch
        {
            "bash" => Bash.Script(verbs),
            "zsh" => Zsh.Script(verbs),
            "fish" => Fish.Script(verbs),
            _ => PowerShell.Script(verbs),
        });
        return 0;
    }
}
