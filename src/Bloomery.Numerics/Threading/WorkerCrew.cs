using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Bloomery.Numerics.Platform;

namespace Bloomery.Numerics.Threading;

/// <summary>
/// The threads behind a <see cref="WorkerTeam"/>, and what they share. They spin a little, then yield, then park; where there are more of them than
/// processors they park at once.
/// </summary>
/// <remarks>
/// A job is open while its caller claims chunks: whoever comes later finds it closed and passes it over, so that nobody waits for a worker that has not
/// woken yet.
/// </remarks>
internal sealed class WorkerCrew
{
    private const int SpinsBeforeYield = 2000, YieldsBeforePark = 64;
    private const long Closed = 1L << 31;

    private readonly Thread[] _started;
    private readonly int _spins, _yields, _mostWoken;
    private readonly Lock _gate = new();
    private readonly object _parking = new(); // workers wait on it; a condition, because a counted signal can be taken by the wrong worker
    private IRangeJob? _job;
    private CancellationToken _cancellation;
    private int _count, _chunk, _next, _parked;
    private long _state = Closed; // the job's number << 32 | Closed | workers in it, without the caller
    private volatile bool _stopping, _cancelled;
    private Exception? _failure;

    /// <summary>Starts <paramref name="count"/> threads.</summary>
    public WorkerCrew(int count)
    {
        // More threads than processors only take them from each other: no more are woken for a job than can run.
        bool crowded = count + 1 > Processors.Usable;
        (_spins, _yields) = crowded ? (0, 0) : (SpinsBeforeYield, YieldsBeforePark);
        _mostWoken = Math.Max(1, Processors.Usable - 1);
        _started = new Thread[count];
        int begun = 0;
        try
        {
            for (; begun < count; begun++)
            {
                int worker = begun + 1;
                _started[begun] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"bloomery-{worker}" };
                _started[begun].Start();
            }
        }
        catch
        {
            Array.Resize(ref _started, begun);
            Stop();
            throw;
        }
    }

    /// <summary>The threads.</summary>
    public IReadOnlyList<Thread> Started => _started;

    /// <summary>Does a job together with the calling thread, which is worker 0.</summary>
    public void Run(IRangeJob job, int count, int chunk, CancellationToken cancellation)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, typeof(WorkerTeam));
            Debug.Assert((uint)_state == Closed, "the job before is still open");
            (_job, _count, _chunk, _next, _cancellation, _cancelled) = (job, count, chunk, 0, cancellation, false);
            Interlocked.Exchange(ref _state, (long)(Number(_state) + 1) << 32);
            Wake((count - 1) / chunk);
            Claim(0);
            Interlocked.Or(ref _state, Closed);
            SpinWait spin = default;
            for (int spins = 0; (uint)Volatile.Read(ref _state) != Closed;)
                if (spins++ < _spins) Thread.SpinWait(1);
                else spin.SpinOnce(sleep1Threshold: -1);
            (_job, _cancellation) = (null, default); // a crew at rest holds on to nobody
            if (Interlocked.Exchange(ref _failure, null) is { } failure) ExceptionDispatchInfo.Throw(failure);
            if (_cancelled) throw new OperationCanceledException(cancellation);
        }
    }

    /// <summary>Ends the threads, after the job that is under way.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopping = true;
            Interlocked.Exchange(ref _state, (long)(Number(_state) + 1) << 32 | Closed);
            lock (_parking) Monitor.PulseAll(_parking);
        }
    }

    private static uint Number(long state) => (uint)(state >> 32);

    private void Work(int worker)
    {
        uint seen = 0;
        while (true)
        {
            AwaitNext(seen);
            if (_stopping) return;
            seen = Number(Volatile.Read(ref _state));
            if (!Join(seen)) continue;
            Claim(worker);
            Interlocked.Decrement(ref _state);
        }
    }

    /// <summary>Takes part in job <paramref name="number"/>, unless it is closed: its caller does not return before all who joined have left.</summary>
    private bool Join(uint number)
    {
        long state = Volatile.Read(ref _state);
        while (Number(state) == number && (state & Closed) == 0)
        {
            long found = Interlocked.CompareExchange(ref _state, state + 1, state);
            if (found == state) return true;
            state = found;
        }
        return false;
    }

    private void AwaitNext(uint seen)
    {
        for (int i = 0; i < _spins; i++)
        {
            if (Number(Volatile.Read(ref _state)) != seen) return;
            Thread.SpinWait(1);
        }
        for (int i = 0; i < _yields; i++)
        {
            if (Number(Volatile.Read(ref _state)) != seen) return;
            Thread.Yield();
        }
        // The count is raised before the job's number is read, and the caller does the reverse: one of the two sees the other.
        Interlocked.Increment(ref _parked);
        lock (_parking)
        {
            while (Number(Volatile.Read(ref _state)) == seen) Monitor.Wait(_parking);
        }
        Interlocked.Decrement(ref _parked);
    }

    private void Wake(int wanted)
    {
        int woken = Math.Min(Math.Min(Volatile.Read(ref _parked), wanted), _mostWoken);
        if (woken <= 0) return;
        lock (_parking)
        {
            for (; woken > 0; woken--) Monitor.Pulse(_parking);
        }
    }

    private void Claim(int worker)
    {
        try
        {
            while (true)
            {
                int begin = Interlocked.Add(ref _next, _chunk) - _chunk;
                if (begin >= _count || begin < 0) return;
                if (_cancellation.IsCancellationRequested)
                {
                    _cancelled = true;
                    Volatile.Write(ref _next, _count);
                    return;
                }
                _job!.Run(begin, Math.Min(_count, begin + _chunk), worker);
            }
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, e, null);
            Volatile.Write(ref _next, _count);
        }
    }
}
