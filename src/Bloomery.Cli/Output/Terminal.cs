using System.Globalization;

namespace Bloomery.Cli.Output;

/// <summary>What is known of the terminal.</summary>
internal static class Terminal
{
    /// <summary>Whether standard output is a terminal.</summary>
    public static bool IsOutputTerminal { get; } = !Console.IsOutputRedirected;

    /// <summary>Whether standard error is a terminal.</summary>
    public static bool IsErrorTerminal { get; } = !Console.IsErrorRedirected;

    /// <summary>Whether standard input is a terminal.</summary>
    public static bool IsInputTerminal { get; } = !Console.IsInputRedirected;

    /// <summary>Whether colours are welcome (https://no-color.org).</summary>
    public static bool LikesColor { get; } = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && !IsDumb;

    /// <summary>Whether colours are welcome on standard output.</summary>
    public static bool HasColor { get; } = IsOutputTerminal && LikesColor;

    /// <summary>Whether a terminal knows no control sequences, so that nothing can be drawn and erased.</summary>
    public static bool IsDumb => Environment.GetEnvironmentVariable("TERM") == "dumb";

    /// <summary>Columns of the terminal; 80 where there is none.</summary>
    public static int Width
    {
        get
        {
            if (int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out int columns) && columns > 0)
                return Math.Max(20, columns);
            if (!IsOutputTerminal && !IsErrorTerminal) return 80;
            try
            {
                return Console.WindowWidth > 0 ? Math.Max(20, Console.WindowWidth) : 80;
            }
            catch (IOException)
            {
                return 80;
            }
        }
    }

    /// <summary>Rows of the terminal; 24 where there is none.</summary>
    public static int Height
    {
        get
        {
            if (!IsOutputTerminal && !IsErrorTerminal) return 24;
            try
            {
                return Console.WindowHeight > 0 ? Console.WindowHeight : 24;
            }
            catch (IOException)
            {
                return 24;
            }
        }
    }

    /// <summary>Writes a line to standard error: one line for programs, broken between words on a terminal.</summary>
    public static void WriteError(string line)
    {
        if (IsErrorTerminal) line = string.Join('\n', Wrap(Safe(line), Width));
        Console.Error.WriteLine(line);
    }

    /// <summary>Text of unknown origin without control characters, which could command the terminal.</summary>
    public static string Safe(string text) => text.Any(IsUnsafe) ? string.Concat(text.Where(c => !IsUnsafe(c))) : text;

    private static bool IsUnsafe(char c) => char.IsControl(c) && c is not ('\n' or '\t');

    /// <summary>Breaks text at spaces into lines of at most <paramref name="width"/> characters; line ends in the text stay.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        foreach (string paragraph in text.Split('\n'))
        {
            string rest = paragraph;
            while (rest.Length > width)
            {
                int cut = rest.LastIndexOf(' ', width, width);
                if (cut <= 0) cut = rest.IndexOf(' ', width);
                if (cut <= 0) break;
                yield return rest[..cut].TrimEnd();
                rest = rest[(cut + 1)..];
            }
            yield return rest;
        }
    }
}
