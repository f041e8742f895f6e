using System.Text;

namespace Bloomery.Cli.Completion;

/// <summary>Completion for bash.</summary>
internal static class Bash
{
    /// <summary>The script.</summary>
    public static string Script(IReadOnlyList<CompletionVerb> verbs)
    {
        var text = new StringBuilder("# bash completion for bloomery\n_bloomery() {\n    local cur=\"${COMP_WORDS[COMP_CWORD]}\" prev=\"${COMP_WORDS[COMP_CWORD-1]}\"\n");
        text.Append("    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        COMPREPLY=($(compgen -W \"").AppendJoin(' ', verbs.Select(verb => verb.Name)).Append(" --help --version\" -- \"$cur\"))\n        return\n    fi\n");
        text.Append("    case \"${COMP_WORDS[1]} $prev\" in\n");
        foreach (CompletionVerb verb in verbs)
            foreach (CompletionOption option in verb.Options.Where(option => option.Words.Count > 0))
                text.Append($"        '{verb.Name} {option.Name}') COMPREPLY=($(compgen -W \"{string.Join(' ', option.Words)}\" -- \"$cur\")); return ;;\n");
        text.Append("    esac\n    local words=\n    case \"${COMP_WORDS[1]}\" in\n");
        foreach (CompletionVerb verb in verbs)
            text.Append($"        {verb.Name}) words=\"{string.Join(' ', verb.Words.Concat(verb.Options.Select(option => option.Name)))}\" ;;\n");
        text.Append("    esac\n    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n    case \"$cur\" in -*) ;; *) COMPREPLY+=($(compgen -f -- \"$cur\")) ;; esac\n}\ncomplete -o filenames -F _bloomery bloomery ./bloomery\n");
        return text.ToString();
    }
}
