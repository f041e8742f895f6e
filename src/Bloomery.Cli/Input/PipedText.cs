using System.Globalization;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Output;

namespace Bloomery.Cli.Input;

/// <summary>
/// What comes through a pipe beside a prompt that was given. Programs are often started with a pipe that nobody writes to and nobody closes (by
/// ssh, by schedulers, by other programs): one that stays silent is not waited for.
/// </summary>
internal sealed class PipedText
{
    /// <summary>How long the first byte may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly ManualResetEventSlim _begun = new();
    private readonly Task<byte[]>? _reading;
    private readonly long _start = TimeProvider.System.GetTimestamp();

    /// <summary>Begins to read standard input, unless it is a terminal or closed.</summary>
    public PipedText()
    {
        if (!Terminal.IsInputTerminal && !StandardHandles.IsInputClosed) _reading = StandardInput.ReadAllBeside(_begun);
    }

    /// <summary>Waits for the text, which is empty where there is none; says so where it is left behind.</summary>
    /// <exception cref="CliException">It is no text.</exception>
    public string Read(Call call)
    {
        if (_reading is null) return "";
        TimeSpan left = Patience - TimeProvider.System.GetElapsedTime(_start);
        if (!_begun.Wait(left > TimeSpan.Zero ? left : TimeSpan.Zero, call.Cancellation))
        {
            string seconds = Patience.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            call.Warn($"standard input stayed silent for {seconds} s and is not waited for; close it with < /dev/null, or leave PROMPT out to wait for it");
            return "";
        }
        _reading.Wait(call.Cancellation);
        byte[] bytes = _reading.GetAwaiter().GetResult();
        if (bytes.Length > 0) call.Log($"{Size.Text(bytes.Length)} from standard input go behind the prompt");
        return InputText.ToText(bytes, StandardInput.Name);
    }
}
