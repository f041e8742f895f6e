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
    public void ATeamNeedsAThread() => Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerTeam(0));
}
