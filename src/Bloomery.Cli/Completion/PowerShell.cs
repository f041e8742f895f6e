using System.Text;

namespace Bloomery.Cli.Completion;

/// <summary>Completion for PowerShell.</summary>
internal static class PowerShell
{
    /// <summary>The script.</summary>
    public static string Script(IReadOnlyList<CompletionVerb> verbs)
    {
        var text = new StringBuilder("# PowerShell completion for bloomery\nRegister-ArgumentCompleter -Native -CommandName bloomery -ScriptBlock {\n    param($word, $ast, $position)\n    $verbs = [ordered]@{\n");
        foreach (CompletionVerb verb in verbs) text.Append($"        '{verb.Name}' = @({string.Join(", ", verb.Words.Concat(verb.Options.Select(option => option.Name)).Select(word => $"'{word}'"))})\n");
        text.Append("""
                }
                $said = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
                $offer = if ($said.Count -eq 0 -or ($said.Count -eq 1 -and $word)) { $verbs.Keys } else { $verbs[$said[0]] }
                $offer | Where-Object { $_ -like "$word*" } | ForEach-Object {
                    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
                }
            }

            """);
        return text.ToString();
    }
}
