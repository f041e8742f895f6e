using System.Text;

namespace Bloomery.Cli.Completion;

/// <summary>Completion for zsh.</summary>
internal static class Zsh
{
    /// <summary>The script.</summary>
    public static string Script(IReadOnlyList<CompletionVerb> verbs)
    {
        var text = new StringBuilder("#compdef bloomery\n_bloomery() {\n    local -a verbs\n    verbs=(\n");
        foreach (CompletionVerb verb in verbs) text.Append($"        '{verb.Name}:{Escape(verb.Summary)}'\n");
        text.Append("    )\n    if (( CURRENT == 2 )); then _describe verb verbs; return; fi\n    local verb=$words[2]\n    shift words; (( "
            + "CURRENT-- ))\n    case $verb in\n");
        foreach (CompletionVerb verb in verbs)
        {
            text.Append($"        {verb.Name}) _arguments");
            foreach (CompletionOption option in verb.Options) text.Append($" \\\n            {Names(option)}'[{Escape(option.Description)}]{Value(option)}'");
            text.Append(verb.Words.Count > 0 ? $" \\\n            '1:{verb.Name}:({string.Join(' ', verb.Words)})' '*:file:_files' ;;\n"
                : " \\\n            '*:file:_files' ;;\n");
        }
        text.Append("    esac\n}\ncompdef _bloomery bloomery\n");
        return text.ToString();
    }

    /// <summary>One name excludes the others: <c>'(-m --model)'{-m,--model}</c>.</summary>
    private static string Names(CompletionOption option) =>
        option.Aliases.Count == 0 ? option.Name : $"'({string.Join(' ', option.Names)})'{{{string.Join(',', option.Names)}}}";

    private static string Value(CompletionOption option) =>
        !option.TakesValue ? "" : option.Words.Count > 0 ? $":value:({string.Join(' ', option.Words)})" : ":value:_files";

    private static string Escape(string text) => text.Replace("'", "'\\''", StringComparison.Ordinal).Replace("[", "(", StringComparison.Ordinal)
        .Replace("]", ")", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);
}
