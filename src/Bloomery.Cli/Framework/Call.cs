using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Bloomery.Cli.Options;
using Bloomery.Cli.Output;

namespace Bloomery.Cli.Framework;

/// <summary>One run of a verb: its parsed options, where its results and messages go, and whether it was interrupted.</summary>
internal sealed class Call(ParseResult parsed, Stream output, Interrupt interrupt)
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly HashSet<string> _warned = [];

    /// <summary>Set when the user interrupts.</summary>
    public CancellationToken Cancellation => interrupt.Token;

    /// <summary>For those who deal with interrupts themselves.</summary>
    public Interrupt Interrupt => interrupt;

    /// <summary>Whether one JSON document is wanted.</summary>
    public bool WantsJson => parsed.GetValue(CommonOptions.Json);

    /// <summary>Whether logs are wanted even where nobody watches.</summary>
    public bool Verbose => parsed.GetValue(CommonOptions.Verbose);

    /// <summary>Whether progress and logs are unwanted even on a terminal.</summary>
    public bool Quiet => parsed.GetValue(CommonOptions.Quiet);

    /// <summary>Standard output: results only.</summary>
    public Stream Output => output;

    /// <summary>The value of an option, or null.</summary>
    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    /// <summary>The value of an argument, or null.</summary>
    public T? Get<T>(Argument<T> argument) => parsed.GetValue(argument);

    /// <summary>The value of an argument or option that the parser made sure of.</summary>
    public T Need<T>(Argument<T> argument) => parsed.GetRequiredValue(argument);

    /// <inheritdoc cref="Need{T}(Argument{T})"/>
    public T Need<T>(Option<T?> option) where T : class =>
        parsed.GetValue(option) ?? throw new UsageException($"{option.Name} {option.HelpName} is required");

    /// <summary>Writes text to standard output at once.</summary>
    public void Write(string text)
    {
        output.Write(Utf8.GetBytes(text));
        output.Flush();
    }

    /// <summary>Writes one JSON document and a line end to standard output.</summary>
    public void WriteJson(Action<Utf8JsonWriter> write)
    {
        using (var buffered = new BufferedStream(output, 1 << 16))
        {
            using (var writer = new Utf8JsonWriter(buffered, Json)) write(writer);
            buffered.WriteByte((byte)'\n');
        }
    }

    /// <summary>A line for whoever watches: standard error, on a terminal or with <c>--verbose</c>.</summary>
    public void Log(string line)
    {
        if (Verbose || (!Quiet && Terminal.IsErrorTerminal)) Terminal.WriteError(line);
    }

    /// <summary>A line that nobody should miss: standard error, once, unless <c>--quiet</c>.</summary>
    public void Warn(string warning)
    {
        if (!Quiet && _warned.Add(warning)) Terminal.WriteError("bloomery: warning: " + warning.ReplaceLineEndings(" "));
    }

    /// <summary>What is wrong with a model's files and was passed over: a line each.</summary>
    public void Warn(IEnumerable<string> warnings)
    {
        foreach (string warning in warnings) Warn(warning);
    }

    /// <summary>A line about the details: standard error, with <c>--verbose</c> only.</summary>
    public void Detail(string line)
    {
        if (Verbose) Terminal.WriteError(line);
    }

    /// <summary>A progress line on standard error that goes away when disposed.</summary>
    public ProgressLine Progress(string what) => new(what, Terminal.IsErrorTerminal && !Terminal.IsDumb && !Quiet, Verbose);
}
