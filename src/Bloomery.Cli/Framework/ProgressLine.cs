using System.Diagnostics;
using System.Globalization;

namespace Bloomery.Cli.Framework;

/// <summary>One line on standard error that is overwritten while work goes on and erased at its end; with <c>--verbose</c>, lines instead.</summary>
internal sealed class ProgressLine : IProgress<double>, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly string _what;
    private readonly bool _shown, _verbose;
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly Lock _gate = new();
    private long _last;
    private bool _drawn;

    internal ProgressLine(string what, bool shown, bool verbose)
    {
        (_what, _shown, _verbose) = (what, shown && !verbose, verbose);
        if (_verbose) Console.Error.WriteLine($"{_what} ...");
        else Draw("");
    }

    /// <summary>How much is done, from 0 to 1.</summary>
    public void Report(double value) => Report($"{(value * 100).ToString("0", CultureInfo.InvariantCulture)} %");

    /// <summary>How much is done, in words.</summary>
    public void Report(string state)
    {
        lock (_gate)
        {
            if (!_shown || Stopwatch.GetElapsedTime(_last) < Pause) return;
            Draw(state);
        }
    }

    /// <summary>Erases the line.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_drawn) Console.Error.Write("\r\u001b[K");
            _drawn = false;
        }
        if (_verbose) Console.Error.WriteLine($"{_what}: {Stopwatch.GetElapsedTime(_start).TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture)} s");
    }

    private void Draw(string state)
    {
        if (!_shown) return;
        string line = state.Length == 0 ? _what : $"{_what}: {state}";
        int width = Terminal.Width - 1;
        Console.Error.Write($"\r{(line.Length > width ? line[..width] : line)}\u001b[K");
        (_drawn, _last) = (true, Stopwatch.GetTimestamp());
    }
}
