using System.Runtime.CompilerServices;
using Bloomery.Numerics.Platform;
using Bloomery.Numerics.Threading;

namespace Bloomery.Conformance;

/// <summary>The worker team: every item once, exceptions, disposal, many quick jobs, no allocation.</summary>
public class WorkerTeamTests
{
    private sealed class CountingJob(int items, int failAt = -1) : IRangeJob
    {
        public int[] Counts { get; } = new int[items];
        public int WorkersSeen;

        public void Run(int begin, int end, int worker)
        {
            Interlocked.Or(ref WorkersSeen, 1 << worker);
            for (int i = begin; i < end; i++)
            {
                if (i == failAt) throw new InvalidOperationException($"item {i}");
                Interlocked.Increment(ref Counts[i]);
            }
        }
    }

    /// <summary>One item cancels; the others last until it has.</summary>
    private sealed class CancellingJob(CancellationTokenSource cancel, int at) : IRangeJob
    {
        private int _done;

        public int Done => _done;

        public void Run(int begin, int end, int worker)
        {
            for (int i = begin; i < end; i++)
            {
                if (i == at) cancel.Cancel();
                else if (i > at) cancel.Token.WaitHandle.WaitOne();
                Interlocked.Increment(ref _done);
            }
        }
    }

    /// <summary>Ends only when two workers are in it at once.</summary>
    private sealed class MeetingJob : IRangeJob
    {
        private readonly Barrier _barrier = new(2);

        public bool Met { get; private set; } = true;

        public void Run(int begin, int end, int worker) => Met &= _barrier.SignalAndWait(TimeSpan.FromSeconds(60));
    }

    /// <summary>A worker that parks late once took the signal that was meant for one that had parked before, and the job never ended.</summary>
    [Fact]
    public async Task ParkedWorkersAreAllWokenEachTime()
    {
        using WorkerTeam team = new(8);
        CountingJob job = new(64);
        Task rounds = Task.Run(() =>
        {
            for (int i = 0; i < 300; i++)
            {
                team.Run(job, 64, 1);
                if (i % 2 == 0) Thread.Sleep(1); // time enough for some workers to park, not for all
            }
        });
        await rounds.WaitAsync(TimeSpan.FromSeconds(120)); // times out where a parked worker was not woken
        Assert.All(job.Counts, count => Assert.Equal(300, count));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void EveryItemIsDoneOnce(int threads)
    {
        using WorkerTeam team = new(threads);
        Assert.Equal(threads, team.Threads);
        foreach (int items in new[] { 0, 1, 2, 3, 7, 64, 1000 })
            foreach (int chunk in new[] { 1, 3, 64, 5000 })
            {
                CountingJob job = new(items);
                team.Run(job, items, chunk);
                Assert.All(job.Counts, count => Assert.Equal(1, count));
                Assert.Equal(0, job.WorkersSeen >> threads);
            }
    }

    [Fact]
    public void WorkersRunAtTheSameTime()
    {
        using WorkerTeam team = new(2);
        MeetingJob job = new();
        team.Run(job, 2, 1);
        Assert.True(job.Met);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void AnExceptionReachesTheCallerAndTheTeamLives(int threads)
    {
        using WorkerTeam team = new(threads);
        for (int round = 0; round < 20; round++)
        {
            InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => team.Run(new CountingJob(100, failAt: 5 * round), 100, 7));
            Assert.Equal($"item {5 * round}", e.Message);
            CountingJob after = new(100);
            team.Run(after, 100, 7);
            Assert.All(after.Counts, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void ManyQuickJobsWithPausesBetween()
    {
        using WorkerTeam team = new(3);
        CountingJob job = new(12);
        for (int i = 0; i < 5000; i++)
        {
            team.Run(job, 12, 1);
            if (i % 1000 == 0) Thread.Sleep(20); // long enough for workers to park
        }
        Assert.All(job.Counts, count => Assert.Equal(5000, count));
    }

    [Fact]
    public void RunningAllocatesNothing()
    {
        using WorkerTeam team = new(2);
        CountingJob job = new(16);
        for (int i = 0; i < 100; i++) team.Run(job, 16, 1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) team.Run(job, 16, 1);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>More threads than processors: no more are woken than can run, and every item is done once all the same.</summary>
    [Fact]
    public void ACrowdOfThreadsDoesEveryItemOnce()
    {
        using WorkerTeam team = new(64 + Environment.ProcessorCount);
        CountingJob job = new(200);
        for (int i = 0; i < 500; i++) team.Run(job, 200, 3);
        Assert.All(job.Counts, count => Assert.Equal(500, count));
    }

    [Fact]
    public void OneThreadStopsAtTheChunkThatIsCancelled()
    {
        using WorkerTeam team = new(1);
        using CancellationTokenSource cancel = new();
        CancellingJob job = new(cancel, at: 6);
        Assert.Throws<OperationCanceledException>(() => team.Run(job, 100, 3, cancel.Token));
        Assert.Equal(9, job.Done); // its chunk to the end, and none after it
        Assert.Throws<OperationCanceledException>(() => team.Run(job, 100, 3, cancel.Token));
        Assert.Equal(9, job.Done);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(70)]
    public void ManyThreadsBeginNoChunkAfterTheCancellation(int threads)
    {
        using WorkerTeam team = new(threads);
        for (int round = 0; round < 50; round++)
        {
            using CancellationTokenSource cancel = new();
            CancellingJob job = new(cancel, at: 0);
            OperationCanceledException e = Assert.Throws<OperationCanceledException>(() => team.Run(job, 1000, 1, cancel.Token));
            Assert.Equal(cancel.Token, e.CancellationToken);
            Assert.InRange(job.Done, 1, threads); // what was begun before it
            CountingJob after = new(100);
            team.Run(after, 100, 7, CancellationToken.None);
            Assert.All(after.Counts, count => Assert.Equal(1, count));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(80)]
    public void ATeamThatIsDroppedEndsItsThreads(int threads)
    {
        IReadOnlyList<Thread> started = Drop(threads);
        Assert.Equal(threads - 1, started.Count);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.All(started, thread => Assert.True(thread.Join(TimeSpan.FromSeconds(60)), $"{thread.Name} goes on"));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static IReadOnlyList<Thread> Drop(int threads)
        {
            WorkerTeam team = new(threads);
            team.Run(new CountingJob(64), 64, 1);
            return team.Started;
        }
    }

    [Fact]
    public void DisposalEndsTheThreadsAndMayBeRepeated()
    {
        WorkerTeam team = new(4);
        team.Run(new CountingJob(8), 8, 1);
        team.Dispose();
        team.Dispose();
        Assert.Throws<ObjectDisposedException>(() => team.Run(new CountingJob(8), 8, 1));
    }

    [Fact]
    public void MoreThreadsThanProcessorsAreAnnounced()
    {
        Assert.Null(Processors.Crowding(1));
        Assert.Null(Processors.Crowding(Processors.Usable));
        Assert.Contains($"{Processors.Usable + 1} threads", Processors.Crowding(Processors.Usable + 1), StringComparison.Ordinal);
        Assert.InRange(Processors.DefaultThreads, 1, Processors.Usable);
    }

    [Fact]
    public void ATeamNeedsAThread() => Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerTeam(0));
}
