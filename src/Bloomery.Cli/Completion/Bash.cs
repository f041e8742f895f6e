using System.Text;

namespace Bloomery.Cli.Completion;

/// <summary>Completion for bash, also for the old one of macOS.</summary>
internal static class Bash
{
    /// <summary>The script.</summary>
    public static string Script(IReadOnlyList<CompletionVerb> verbs)
    {
        var text = new StringBuilder("""
            # bash completion for bloomery
            _bloomery() {
                local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" words= options=
                if [ "$COMP_CWORD" -eq 1 ]; then

            """);
        text.Append("        COMPREPLY=($(compgen -W \"").AppendJoin(' ', verbs.Select(verb => verb.Name))
            .Append(" --help --version\" -- \"$cur\"))\n        return\n    fi\n");
        text.Append("    # The value of an option: one of its words, or a file.\n    case \"${COMP_WORDS[1]} $prev\" in\n");
        foreach (CompletionVerb verb in verbs)
        {
            foreach (CompletionOption option in verb.Options.Where(option => option.Words.Count > 0))
                text.Append($"        {Patterns(verb, option.Names)}) COMPREPLY=($(compgen -W \"{string.Join(' ', option.Words)}\" -- \"$cur\")); return ;;\n");
            string[] others = [.. verb.Options.Where(option => option.TakesValue && option.Words.Count == 0).SelectMany(option => option.Names)];
            if (others.Length > 0) text.Append($"        {Patterns(verb, others)}) _bloomery_files; return ;;\n");
        }
        text.Append("    esac\n    case \"${COMP_WORDS[1]}\" in\n");
        foreach (CompletionVerb verb in verbs)
        {
            string options = string.Join(' ', verb.Options.Select(option => option.Name)), words = string.Join(' ', verb.Words);
            text.Append($"        {verb.Name}) options=\"{options}\"{(words.Length > 0 ? $" words=\"{words}\"" : "")} ;;\n");
        }
        text.Append("""
                esac
                case "$cur" in
                    -*) COMPREPLY=($(compgen -W "$options" -- "$cur")) ;;
                    *) if [ -n "$words" ]; then COMPREPLY=($(compgen -W "$words" -- "$cur")); else _bloomery_files; fi ;;
                esac
            }
            _bloomery_files() {
                local IFS=$'\n'
                COMPREPLY=($(compgen -f -- "$cur"))
            }
            complete -o filenames -F _bloomery bloomery ./bloomery

            """);
        return text.ToString();
    }

    private static string Patterns(CompletionVerb verb, IEnumerable<string> names) => string.Join('|', names.Select(name => $"'{verb.Name} {name}'"));
}
