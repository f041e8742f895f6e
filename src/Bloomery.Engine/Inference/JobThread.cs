namespace Bloomery.Engine.Inference;

/// <summary>
/// Does long work one after the other on a thread of its own, so that whoever awaits it holds no thread of the pool: a web application
/// goes on answering while a model computes. The thread starts with the first job and ends when there was none for a while.
/// </summary>
internal sealed class JobThread
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly object _gate = new();
    private readonly Queue<Action> _jobs = [];
    private bool _runs;

    /// <summary>
    /// Does <paramref name="work"/> when those before it are done. Work that waits is given up as soon as <paramref name="cancellation"/> is set;
    /// work that has begun ends by looking at it.
    /// </summary>
    public Task<T> Run<T>(Func<T> work, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return Task.FromCanceled<T>(cancellation);
        // What is continued must not be on this thread: others are waiting for it.
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        CancellationTokenRegistration registration = cancellation.UnsafeRegister(
            static (source, token) => ((TaskCompletionSource<T>)source!).TrySetCanceled(token), done);
        Add(() =>
        {
            registration.Dispose(); // waits for a cancellation that is under way
            if (done.Task.IsCompleted) return;
            try
            {
                done.TrySetResult(work());
            }
            catch (OperationCanceledException e)
            {
                done.TrySetCanceled(e.CancellationToken);
            }
            catch (Exception e)
            {
                done.TrySetException(e);
            }
        });
        return done.Task;
    }

    /// <summary>Does <paramref name="work"/> on a thread of its own, beside everything else.</summary>
    public static Task<T> RunAlone<T>(Func<T> work) => new JobThread().Run(work, CancellationToken.None);

    private void Add(Action job)
    {
        lock (_gate)
        {
            _jobs.Enqueue(job);
            Monitor.Pulse(_gate);
            if (_runs) return;
            _runs = true;
        }
        // It knows the queue alone: a model that is dropped can be collected.
        new Thread(Work) { IsBackground = true, Name = "bloomery-jobs" }.UnsafeStart(); // the first caller's context is none of the others'
    }

    private void Work()
    {
        while (Next() is { } job) job();
    }

    private Action? Next()
    {
        lock (_gate)
        {
            if (_jobs.Count == 0) Monitor.Wait(_gate, Patience);
            if (_jobs.TryDequeue(out Action? job)) return job;
            _runs = false;
            return null;
        }
    }
}
