using System.Text;

namespace Bloomery.Cli.Completion;

/// <summary>Completion for PowerShell.</summary>
internal static class PowerShell
{
    /// <summary>The script.</summary>
    public static string Script(IReadOnlyList<CompletionVerb> verbs)
    {
        var text = new StringBuilder(
            "# PowerShell completion for bloomery\nRegister-ArgumentCompleter -Native -CommandName bloomery -ScriptBlock {\n    param($word, $ast, "
            + "$position)\n    $verbs = [ordered]@{\n");
        foreach (CompletionVerb verb in verbs) text.Append($"        '{verb.Name}' = {List(verb.Words.Concat(verb.Options.Select(option => option.Name)))}\n");
        text.Append("    }\n    # The words that an option takes; an option that takes others leaves them to PowerShell, which "
            + "offers files.\n    $values = @{\n");
        foreach (CompletionVerb verb in verbs)
            foreach (CompletionOption option in verb.Options.Where(option => option.TakesValue))
                foreach (string name in option.Names) text.Append($"        '{verb.Name} {name}' = {List(option.Words)}\n");
        text.Append("""
                }
                $said = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
                if ($word -and $said.Count -gt 0) { $said = @($said | Select-Object -SkipLast 1) }
                $offer = if ($said.Count -eq 0) { $verbs.Keys }
                elseif ($values.ContainsKey("$($said[0]) $($said[-1])")) { $values["$($said[0]) $($said[-1])"] }
                else { $verbs[$said[0]] }
                $offer | Where-Object { $_ -like "$word*" } | ForEach-Object {
                    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
                }
            }

            """);
        return text.ToString();
    }

    private static string List(IEnumerable<string> words) => $"@({string.Join(", ", words.Select(word => $"'{word}'"))})";
}
