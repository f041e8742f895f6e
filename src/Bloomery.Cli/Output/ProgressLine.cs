using System.Diagnostics;
using System.Globalization;

namespace Bloomery.Cli.Output;

/// <summary>
/// How far a piece of work is: a bar on a terminal that goes away at its end, lines with <c>--verbose</c>, and nothing for work that is over soon.
/// </summary>
internal sealed class ProgressLine : IProgress<double>, IDisposable
{
    // Most models are loaded before a bar could be read; those who wait longer see one.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);
    private readonly string _what;
    private readonly bool _verbose;
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly Lock _gate = new();
    private readonly Timer? _timer;
    private ProgressBar? _bar;
    private double? _share;
    private string _state = "";
    private bool _ended;

    internal ProgressLine(string what, bool shown, bool verbose)
    {
        (_what, _verbose) = (what, verbose);
        if (_verbose) Console.Error.WriteLine($"{_what} ...");
        else if (shown) _timer = new Timer(_ => Draw(), null, Patience, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How much is done, from 0 to 1.</summary>
    public void Report(double value) => Report(value, "");

    /// <summary>How much is done, from 0 to 1, and in words.</summary>
    public void Report(double? share, string state)
    {
        if (_timer is null) return;
        lock (_gate)
        {
            (_share, _state) = (share is { } value ? Math.Clamp(value, 0, 1) : null, state);
            _bar?.Show(_share, _state);
        }
    }

    /// <summary>Erases the bar.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_ended) return;
            _ended = true;
            _timer?.Dispose();
            _bar?.Dispose();
        }
        if (_verbose) Console.Error.WriteLine($"{_what}: {Stopwatch.GetElapsedTime(_start).TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture)} s");
    }

    private void Draw()
    {
        lock (_gate)
        {
            if (_ended) return;
            _bar = new ProgressBar(_what);
            _bar.Show(_share, _state);
        }
    }
}
