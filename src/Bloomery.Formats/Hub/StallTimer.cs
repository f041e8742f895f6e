namespace Bloomery.Formats.Hub;

/// <summary>Cancels a transfer when nothing has arrived for a while.</summary>
internal sealed class StallTimer : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly TimeSpan _timeout;

    public StallTimer(TimeSpan timeout, CancellationToken cancellation)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _timeout = timeout;
        Restart();
    }

    public CancellationToken Token => _source.Token;

    private void Restart() => _source.CancelAfter(_timeout);

    /// <summary>Reads from the network what is there, 0 bytes at the end; what goes wrong with the connection is worth another attempt.</summary>
    public async ValueTask<int> ReadAsync(Stream body, Memory<byte> buffer)
    {
        try
        {
            int read = await body.ReadAsync(buffer, Token).ConfigureAwait(false);
            Restart();
            return read;
        }
        catch (IOException exception)
        {
            throw new TransientException(exception.Message, inner: exception);
        }
    }

    public void Dispose() => _source.Dispose();
}
