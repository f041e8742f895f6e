using System.Text;

namespace Bloomery.Cli.Completion;

/// <summary>Completion for fish.</summary>
internal static class Fish
{
    /// <summary>The script.</summary>
    public static string Script(IReadOnlyList<CompletionVerb> verbs)
    {
        var text = new StringBuilder("# fish completion for bloomery\n");
        foreach (CompletionVerb verb in verbs)
        {
            text.Append($"complete -c bloomery -n __fish_use_subcommand -f -a {verb.Name} -d '{Escape(verb.Summary)}'\n");
            string when = $"-n '__fish_seen_subcommand_from {verb.Name}'";
            if (verb.Words.Count > 0) text.Append($"complete -c bloomery {when} -f -a '{string.Join(' ', verb.Words)}'\n");
            foreach (CompletionOption option in verb.Options)
            {
                string value = !option.TakesValue ? "" : option.Words.Count > 0 ? $" -x -a '{string.Join(' ', option.Words)}'" : " -r";
                text.Append($"complete -c bloomery {when} -l {option.Name.TrimStart('-')}{Short(option)} -d '{Escape(option.Description)}'{value}\n");
            }
        }
        return text.ToString();
    }

    /// <summary>Short names of one letter, and of several behind one dash, as fish tells them apart.</summary>
    private static string Short(CompletionOption option) =>
        string.Concat(option.Aliases.Select(alias => alias.Length == 2 ? $" -s {alias[1..]}" : $" -o {alias[1..]}"));

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);
}
