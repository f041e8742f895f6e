using System.CommandLine;
using System.CommandLine.Help;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Bloomery.Cli.Options;
using Bloomery.Cli.Output;
using Bloomery.Formats;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Cli.Framework;

/// <summary>The program: finds the verb, runs it, and turns whatever happens into an exit code and at most one line.</summary>
internal static class App
{
    private const int Done = 0, Failed = 1, Usage = 2;

    /// <summary>The verbs of this build.</summary>
    public static Catalog<Verb> Verbs { get; } = new(typeof(App).Assembly);

    /// <summary>Runs one command line.</summary>
    public static int Run(string[] args)
    {
        bool verbose = args.TakeWhile(argument => argument != "--").Any(argument => argument is "--verbose" or "-v");
        string hint = "bloomery --help";
        StandardError.Install();
        try
        {
            if (RawBytes.ArgumentProblem(args) is { } problem) throw new UsageException(problem);
            Dictionary<Command, Verb> verbs = Commands(args, out RootCommand root);
            // A prompt may well begin with '@': it is no response file.
            var configuration = new ParserConfiguration { ResponseFileTokenReplacer = null };
            ParseResult parsed = root.Parse(args, configuration);
            string name = parsed.CommandResult.Command.Name;
            if (verbs.TryGetValue(parsed.CommandResult.Command, out Verb? verb) && args[0] == name) hint = $"bloomery {name} --help";
            if (args.Length == 0) return Print(HelpPage.Text(verbs, null), Console.Error, Usage);
            if (parsed.GetResult("--help") is not null) return Print(HelpPage.Text(verbs, verb is null ? null : parsed.CommandResult.Command));
            if (parsed.GetResult("--version") is not null) return Print($"bloomery {typeof(App).Assembly.GetName().Version?.ToString(3)}\n");
            string[] complete = EnvironmentVariables.Apply(args, parsed, out HashSet<Option> taken);
            if (!ReferenceEquals(complete, args)) parsed = root.Parse(complete, configuration);
            if (UsageErrors.First(parsed, args, taken) is { } error) throw new UsageException(error);
            using var interrupt = new Interrupt();
            try
            {
                verbose |= parsed.GetValue(CommonOptions.Verbose);
                var call = new Call(parsed, StandardOutput.Open(), interrupt);
                if (verb!.Prints(call)) StandardOutput.Check();
                int code = verb.Run(call);
                return interrupt.Token.IsCancellationRequested ? Interrupt.ExitCode : code;
            }
            catch (Exception) when (interrupt.Token.IsCancellationRequested)
            {
                return Interrupt.ExitCode;
            }
        }
        catch (ClosedPipeException)
        {
            return Done;
        }
        catch (Exception e)
        {
            return Report(e, hint, verbose);
        }
    }

    /// <summary>The root command and the verb behind each subcommand; only the verb that is asked for when its name comes first.</summary>
    internal static Dictionary<Command, Verb> Commands(string[] args, out RootCommand root)
    {
        root = new RootCommand("Runs open language models in one process, in pure .NET.");
        root.Options.Clear();
        root.Directives.Clear();
        root.Add(new HelpOption("--help", "-h", "-?") { Recursive = true });
        root.Add(new VersionOption("--version"));
        var commands = new Dictionary<Command, Verb>();
        IEnumerable<string> names = args.Length > 0 && Verbs.TryFind(args[0], out _) ? [args[0].ToLowerInvariant()] : Verbs.Names;
        foreach (string name in names)
        {
            Verb verb = Verbs.Create(name);
            var command = new Command(name, verb.Summary);
            foreach (Symbol symbol in verb.Symbols)
            {
                if (symbol is Option option) command.Add(option);
                else command.Add((Argument)symbol);
            }
            command.Add(CommonOptions.Json);
            command.Add(CommonOptions.Quiet);
            command.Add(CommonOptions.Verbose);
            root.Add(command);
            commands.Add(command, verb);
        }
        return commands;
    }

    private static int Report(Exception e, string hint, bool verbose)
    {
        while (e is AggregateException or TargetInvocationException && e.InnerException is { } inner) e = inner;
        string message = e switch
        {
            UsageException => $"{e.Message} (see '{hint}')",
            FileNotFoundException { FileName: { } file } => $"{file}: no such file",
            OutOfMemoryException => $"out of memory: {e.Message}",
            JsonException json => $"not the JSON that was expected: {Problem.Describe(json)}",
            _ => Problem.Describe(e),
        };
        Terminal.WriteError("bloomery: " + message.ReplaceLineEndings(" "));
        if (verbose && e is not UsageException) Console.Error.WriteLine(e.ToString());
        return e is UsageException ? Usage : Failed;
    }

    private static int Print(string text, TextWriter? to = null, int code = Done)
    {
        if (to is null) StandardOutput.Open().Write(Encoding.UTF8.GetBytes(text));
        else to.Write(text);
        return code;
    }
}
