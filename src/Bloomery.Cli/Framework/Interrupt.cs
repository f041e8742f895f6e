using System.Runtime.InteropServices;

namespace Bloomery.Cli.Framework;

/// <summary>Ctrl-C and SIGTERM: the first asks the verb to stop, and ends the process if it has not within two seconds; the second ends it at once.</summary>
internal sealed class Interrupt : IDisposable
{
    /// <summary>The exit code of an interrupted program.</summary>
    public const int ExitCode = 130;

    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _count;

    /// <summary>Starts to listen.</summary>
    public Interrupt()
    {
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM])
            _registrations.Add(PosixSignalRegistration.Create(signal, Handle));
    }

    /// <summary>Asked first: whether it takes care of the interrupt itself (a chat stops its answer and goes on).</summary>
    public Func<bool>? Intercept { get; set; }

    /// <summary>Set at the first interrupt.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Stops listening.</summary>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (context.Signal == PosixSignal.SIGINT && Intercept?.Invoke() == true) return;
        if (Interlocked.Increment(ref _count) > 1) Environment.Exit(ExitCode);
        new Thread(() =>
        {
            Thread.Sleep(TimeSpan.FromSeconds(2));
            Environment.Exit(ExitCode);
        })
        { IsBackground = true }.Start();
        _source.Cancel();
    }
}
