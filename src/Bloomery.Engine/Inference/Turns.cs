namespace Bloomery.Engine.Inference;

/// <summary>Lets one caller at a time use a model, in the order in which they came; closing it ends what runs, and turns everybody else away.</summary>
/// <param name="owner">Named by the exception of those who come too late.</param>
internal sealed class Turns(string owner)
{
    private readonly object _gate = new(); // waited on by those whose turn it is not
    private readonly LinkedList<Ticket> _waiting = [];
    private readonly CancellationTokenSource _closing = new();
    private bool _taken;

    /// <summary>Set when the model is being disposed.</summary>
    public CancellationToken Closing => _closing.Token;

    /// <summary>Waits for a turn and does <paramref name="work"/> on this thread.</summary>
    /// <param name="work">What to do; its token is set when the caller cancels or the model is disposed.</param>
    /// <param name="cancellation">Ends the waiting, too.</param>
    /// <exception cref="ObjectDisposedException">The model is disposed, or was meanwhile.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public T Run<T>(Func<CancellationToken, T> work, CancellationToken cancellation = default)
    {
        using CancellationTokenSource? both = cancellation.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(cancellation, Closing) : null;
        try
        {
            return RunLinked(work, both?.Token ?? Closing);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
    }

    /// <summary>The same with a token that is set when <see cref="Closing"/> is, for those who take many turns with one.</summary>
    public T RunLinked<T>(Func<CancellationToken, T> work, CancellationToken token)
    {
        ThrowIfClosed();
        try
        {
            Enter(token);
            try
            {
                token.ThrowIfCancellationRequested();
                return work(token);
            }
            finally
            {
                Leave();
            }
        }
        catch (OperationCanceledException)
        {
            ThrowIfClosed();
            throw;
        }
    }

    /// <summary>Refuses whoever comes after the end.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public void ThrowIfClosed()
    {
        if (_closing.IsCancellationRequested) throw new ObjectDisposedException(owner);
    }

    /// <summary>Cancels what runs and waits for that alone; those who wait for a turn fail. It may be called again.</summary>
    public void Close()
    {
        _closing.Cancel();
        lock (_gate)
        {
            while (_taken) Monitor.Wait(_gate);
        }
    }

    private void Enter(CancellationToken token)
    {
        lock (_gate)
        {
            if (!_taken && _waiting.Count == 0)
            {
                _taken = true;
                return;
            }
            LinkedListNode<Ticket> mine = _waiting.AddLast(new Ticket());
            CancellationTokenRegistration registration = token.UnsafeRegister(static turns => ((Turns)turns!).WakeAll(), this);
            try
            {
                while (!mine.Value.IsUp)
                {
                    if (token.IsCancellationRequested)
                    {
                        _waiting.Remove(mine);
                        throw new OperationCanceledException(token);
                    }
                    Monitor.Wait(_gate);
                }
            }
            finally
            {
                registration.Unregister(); // not Dispose: that waits for a callback, which may be waiting for the gate
            }
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (_waiting.First is { } next)
            {
                _waiting.RemoveFirst();
                next.Value.IsUp = true;
            }
            else
            {
                _taken = false;
            }
            Monitor.PulseAll(_gate);
        }
    }

    private void WakeAll()
    {
        lock (_gate) Monitor.PulseAll(_gate);
    }

    private sealed class Ticket
    {
        public bool IsUp { get; set; }
    }
}
