using System.CommandLine;
using System.CommandLine.Help;
using Bloomery.Cli.Options;
using Bloomery.Cli.Output;

namespace Bloomery.Cli.Framework;

/// <summary>The help pages, as wide as the terminal.</summary>
internal sealed class HelpPage
{
    private const int MaxWidth = 110, MaxLeft = 30;

    private static readonly (string Left, string Right)[] Others =
    [
        ("BLOOMERY_HOME", "the local store of models (default ~/.cache/bloomery)"),
        ("BLOOMERY_MODELS", "the folder of the models that are used when none is named"),
        ("HF_ENDPOINT", "the hub that pull asks (default https://huggingface.co)"),
        ("HF_TOKEN", "an access token for it, sent to nobody else"),
        ("HF_HOME, HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE", "where an existing Hugging Face cache is read"),
        ("NO_COLOR", "when set, no colours"),
        ("COLUMNS", "the width of the terminal"),
    ];

    private readonly StringWriter _to = new() { NewLine = "\n" };
    private readonly int _width = Math.Min(Terminal.Width, MaxWidth);

    /// <summary>The page of one command, or of the program.</summary>
    public static string Text(IReadOnlyDictionary<Command, Verb> verbs, Command? command)
    {
        var page = new HelpPage();
        if (command is null) page.WriteRoot(verbs);
        else page.WriteVerb(command, verbs[command]);
        return page._to.ToString();
    }

    /// <summary>The page of the environment variables.</summary>
    public static string Environment(IReadOnlyDictionary<Command, Verb> verbs)
    {
        var page = new HelpPage();
        page.Paragraph("Every option can be given by a variable, too: BLOOMERY_MAX_TOKENS=64 is --max-tokens 64. The command line wins; a switch is 1 or 0.");
        page.Table("Options", OptionVariables(verbs));
        page.Table("Others", Others);
        return page._to.ToString();
    }

    /// <summary>The left column of an option: <c>-n, --max-tokens N</c>.</summary>
    public static string Spelling(Option option)
    {
        IEnumerable<string> names = option.Aliases.Append(option.Name).OrderBy(name => name.Length);
        return string.Join(", ", names) + (option.Arity.MaximumNumberOfValues == 0 ? "" : $" {option.HelpName ?? "VALUE"}");
    }

    private void WriteVerb(Command command, Verb verb)
    {
        IEnumerable<string> arguments = command.Arguments.Select(argument => argument.Arity.MinimumNumberOfValues == 0 ? $"[{argument.Name}]" : argument.Name);
        IEnumerable<string> required = command.Options.Where(option => option.Required).Select(option => $"{option.Name} {option.HelpName}");
        Paragraph($"Usage: bloomery {string.Join(' ', [command.Name, .. arguments, .. required])} [options]");
        Paragraph(verb.Summary);
        Table("Arguments", command.Arguments.Select(argument => (argument.Name, argument.Description ?? "")));
        Table("Options", [.. command.Options.Where(option => option is not HelpOption).Select(option => (Spelling(option), option.Description ?? "")),
            ("-h, --help", "This page")]);
        if (verb.Remarks.Length > 0) Paragraph(verb.Remarks);
        Examples(verb.Examples.Split('\n'));
        Paragraph("Every option has an environment variable: see 'bloomery help environment'.");
    }

    private void WriteRoot(IReadOnlyDictionary<Command, Verb> verbs)
    {
        Paragraph("Usage: bloomery VERB [arguments] [options]");
        Paragraph("Runs open language models in one process, in pure .NET.");
        Table("Verbs", verbs.Select(pair => (pair.Key.Name, pair.Value.Summary)));
        Examples("bloomery run \"Why is the sky blue?\"", "bloomery chat", "bloomery run --help");
        Paragraph("MODEL is a GGUF file, a directory with safetensors, a name in the local store (see 'bloomery pull'), or, where it is optional, left out: "
            + "the model that comes with bloomery.");
        Paragraph("Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.");
        Paragraph("'bloomery help VERB' shows what a verb takes, 'bloomery help environment' the environment variables: every option has one.");
    }

    private static IEnumerable<(string Left, string Right)> OptionVariables(IReadOnlyDictionary<Command, Verb> verbs)
    {
        var options = verbs.Keys.SelectMany(command => command.Options.Where(option => option is not HelpOption).Select(option => (option, command)))
            .GroupBy(pair => EnvironmentVariables.Name(pair.option)).OrderBy(group => group.Key, StringComparer.Ordinal);
        foreach (var group in options)
        {
            string[] names = [.. group.Select(pair => pair.command.Name).Distinct()];
            yield return (group.Key, $"{group.First().option.Name} of {(names.Length == verbs.Count ? "every verb" : string.Join(", ", names))}");
        }
    }

    /// <summary>Commands that can be copied: a long one goes on behind a backslash, and is not broken within quotes.</summary>
    private void Examples(params string[] commands)
    {
        _to.WriteLine("Examples:");
        foreach (string command in commands)
        {
            string line = "  ";
            foreach (string word in Words(command))
            {
                if (line.Length + word.Length + 2 > _width && line.Trim().Length > 0)
                {
                    _to.WriteLine(line.TrimEnd() + " \\");
                    line = "      ";
                }
                line += word + " ";
            }
            _to.WriteLine(line.TrimEnd());
        }
        _to.WriteLine();
    }

    /// <summary>The words of a command as a shell sees them: spaces within quotes belong to a word.</summary>
    private static IEnumerable<string> Words(string command)
    {
        int begin = 0;
        char quote = '\0';
        for (int i = 0; i < command.Length; i++)
        {
            if (quote != '\0') quote = command[i] == quote ? '\0' : quote;
            else if (command[i] is '"' or '\'') quote = command[i];
            else if (command[i] == ' ')
            {
                yield return command[begin..i];
                begin = i + 1;
            }
        }
        yield return command[begin..];
    }

    private void Paragraph(string text)
    {
        foreach (string line in Terminal.Wrap(text, _width)) _to.WriteLine(line);
        _to.WriteLine();
    }

    private void Table(string title, IEnumerable<(string Left, string Right)> rows)
    {
        (string Left, string Right)[] all = [.. rows];
        if (all.Length == 0) return;
        _to.WriteLine($"{title}:");
        // A longer name stands on a line of its own.
        int left = Math.Min(all.Max(row => row.Left.Length), Math.Min(MaxLeft, _width / 2 - 4));
        foreach ((string name, string description) in all)
        {
            string[] lines = [.. Terminal.Wrap(description, Math.Max(20, _width - left - 4))];
            bool fits = name.Length <= left;
            if (!fits) _to.WriteLine($"  {name}");
            for (int i = 0; i < lines.Length; i++) _to.WriteLine($"  {(i == 0 && fits ? name : "").PadRight(left)}  {lines[i]}".TrimEnd());
        }
        _to.WriteLine();
    }
}
