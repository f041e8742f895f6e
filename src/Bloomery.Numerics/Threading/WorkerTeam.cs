using System.Runtime.ExceptionServices;

namespace Bloomery.Numerics.Threading;

/// <summary>A few threads that do one job at a time together. The caller is worker 0; the others spin a little, then yield, then park.</summary>
/// <remarks>Chunks are claimed dynamically, but which items make a chunk depends on the call only, so no item's arithmetic depends on who computes it.</remarks>
internal sealed class WorkerTeam : IDisposable
{
    private const int SpinsBeforeYield = 2000, YieldsBeforePark = 64;
    private readonly Thread[] _threads;
    private readonly Lock _gate = new();
    private readonly object _parking = new(); // workers wait on it; a condition, because a counted signal can be taken by the wrong worker
    private IRangeJob? _job;
    private int _count, _chunk, _next, _running, _parked;
    private volatile int _generation;
    private volatile bool _stopping;
    private Exception? _failure;

    /// <summary>The most workers of a team: more would end the process when the system has no more threads to give.</summary>
    public const int MaxThreads = 1024;

    /// <summary>Starts <paramref name="threads"/> - 1 threads.</summary>
    public WorkerTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, MaxThreads);
        Threads = threads;
        _threads = new Thread[threads - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"bloomery-{worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>Workers, the caller included.</summary>
    public int Threads { get; }

    /// <summary>Does items 0 to <paramref name="count"/> in chunks of <paramref name="chunk"/>, and returns when all are done. One caller at a time.</summary>
    /// <exception cref="Exception">The first exception of any worker.</exception>
    public void Run(IRangeJob job, int count, int chunk)
    {
        if (count <= 0) return;
        if (_threads.Length == 0 || count <= chunk)
        {
            for (int begin = 0; begin < count; begin += chunk) job.Run(begin, Math.Min(count, begin + chunk), 0);
            return;
        }
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            (_job, _count, _chunk, _next) = (job, count, chunk, 0);
            Volatile.Write(ref _running, _threads.Length);
            Interlocked.Increment(ref _generation);
            if (Volatile.Read(ref _parked) > 0) WakeAll();
            Claim(0);
            SpinWait spin = default;
            int spins = 0;
            while (Volatile.Read(ref _running) != 0)
                if (++spins < SpinsBeforeYield) Thread.SpinWait(1);
                else spin.SpinOnce(sleep1Threshold: -1);
            _job = null;
            if (Interlocked.Exchange(ref _failure, null) is { } failure) ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_stopping) return;
            _stopping = true;
            Interlocked.Increment(ref _generation);
            WakeAll();
        }
        foreach (Thread thread in _threads) thread.Join();
    }

    private void Work(int worker)
    {
        int seen = 0;
        while (true)
        {
            AwaitGeneration(seen);
            seen++;
            if (_stopping) return;
            Claim(worker);
            Interlocked.Decrement(ref _running);
        }
    }

    private void AwaitGeneration(int seen)
    {
        for (int i = 0; i < SpinsBeforeYield; i++)
        {
            if (_generation != seen) return;
            Thread.SpinWait(1);
        }
        for (int i = 0; i < YieldsBeforePark; i++)
        {
            if (_generation != seen) return;
            Thread.Yield();
        }
        // The count is raised before the generation is read, and the caller does the reverse: one of the two sees the other.
        Interlocked.Increment(ref _parked);
        lock (_parking)
        {
            while (_generation == seen) Monitor.Wait(_parking);
        }
        Interlocked.Decrement(ref _parked);
    }

    private void WakeAll()
    {
        lock (_parking) Monitor.PulseAll(_parking);
    }

    private void Claim(int worker)
    {
        try
        {
            while (true)
            {
                int begin = Interlocked.Add(ref _next, _chunk) - _chunk;
                if (begin >= _count || begin < 0) return;
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
