using Spectre.Console;

namespace Bloomery.Cli.Output;

/// <summary>
/// Spectre.Console as this program wants it: our own notion of what a terminal is, how wide, and whether it likes colours. Nothing here is touched unless
/// something is drawn: loading the library takes longer than a short answer.
/// </summary>
internal static class Screen
{
    /// <summary>Draws on standard error: progress.</summary>
    public static IAnsiConsole Error() => Create(Console.Error, Terminal.Width, ansi: true);

    /// <summary>What a table or a grid looks like in text; styled where standard output takes colours.</summary>
    public static string Render(Spectre.Console.Rendering.IRenderable renderable, int width)
    {
        using var text = new StringWriter { NewLine = "\n" };
        Create(text, width, Terminal.HasColor).Write(renderable);
        return string.Join('\n', text.ToString().Split('\n').Select(line => line.TrimEnd()));
    }

    private static IAnsiConsole Create(TextWriter to, int width, bool ansi)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = ansi ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = ansi && Terminal.LikesColor ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = ansi ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(to),
        });
        console.Profile.Width = width;
        return console;
    }
}
