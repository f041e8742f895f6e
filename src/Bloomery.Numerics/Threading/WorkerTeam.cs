namespace Bloomery.Numerics.Threading;

/// <summary>
/// A few threads that do one job at a time together; the caller is worker 0. A team that is dropped without <see cref="Dispose"/> ends its threads all
/// the same.
/// </summary>
/// <remarks>
/// Chunks are claimed dynamically, but which items make a chunk depends on the call only, so no item's arithmetic depends on who computes it.
/// </remarks>
internal sealed class WorkerTeam : IDisposable
{
    /// <summary>The most workers of a team: more would end the process when the system has no more threads to give.</summary>
    public const int MaxThreads = 1024;

    // The threads know the crew alone: if they knew the team, it could never be collected, and whoever holds it neither.
    private readonly WorkerCrew _crew;

    /// <summary>Starts <paramref name="threads"/> - 1 threads.</summary>
    public WorkerTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, MaxThreads);
        Threads = threads;
        _crew = new WorkerCrew(threads - 1);
    }

    /// <summary>Ends the threads of a team that nobody disposed.</summary>
    ~WorkerTeam() => _crew?.Stop();

    /// <summary>Workers, the caller included.</summary>
    public int Threads { get; }

    /// <summary>The threads that were started, for those who want to see them end.</summary>
    internal IReadOnlyList<Thread> Started => _crew.Started;

    /// <summary>Does items 0 to <paramref name="count"/> in chunks of <paramref name="chunk"/>, and returns when all are done. One caller at a time.</summary>
    /// <param name="job">What to do.</param>
    /// <param name="count">Number of items.</param>
    /// <param name="chunk">Items of a chunk.</param>
    /// <param name="cancellation">Once cancelled, no further chunk is begun.</param>
    /// <exception cref="OperationCanceledException">It was cancelled before every chunk was begun.</exception>
    /// <exception cref="Exception">The first exception of any worker.</exception>
    public void Run(IRangeJob job, int count, int chunk, CancellationToken cancellation = default)
    {
        if (count <= 0) return;
        if (Threads > 1 && count > chunk)
        {
            _crew.Run(job, count, chunk, cancellation);
            GC.KeepAlive(this); // the finalizer must not stop a crew at work
            return;
        }
        for (int begin = 0; begin < count; begin += chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            job.Run(begin, Math.Min(count, begin + chunk), 0);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _crew.Stop();
        foreach (Thread thread in _crew.Started) thread.Join();
        GC.SuppressFinalize(this);
    }
}
