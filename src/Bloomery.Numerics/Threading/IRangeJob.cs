namespace Bloomery.Numerics.Threading;

/// <summary>Work that a <see cref="WorkerTeam"/> divides: an object that lives long, so that running it allocates nothing.</summary>
internal interface IRangeJob
{
    /// <summary>Does items <paramref name="begin"/> to <paramref name="end"/>.</summary>
    /// <param name="begin">First item.</param>
    /// <param name="end">One past the last.</param>
    /// <param name="worker">Which worker runs it: 0 to Threads - 1, for scratch memory.</param>
    void Run(int begin, int end, int worker);
}
