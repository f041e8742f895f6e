namespace Bloomery.Formats.Hub;

/// <summary>Attempts a transfer until it is through, it fails for good, or it has not got on for a number of attempts.</summary>
internal static class Retry
{
    private const long GetsOnBytes = 1 << 20;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(60);

    /// <summary>Runs <paramref name="attempt"/>, which returns or throws; its token is cancelled when nothing arrives for the stall timeout.</summary>
    /// <param name="options">How patient to be.</param>
    /// <param name="what">What is transferred, for the message.</param>
    /// <param name="attempt">One attempt.</param>
    /// <param name="cancellation">The caller's own.</param>
    /// <param name="position">How many bytes are here; an attempt that got on counts as a first one again.</param>
    public static async Task RunAsync(HubOptions options, string what, Func<StallTimer, Task> attempt, CancellationToken cancellation,
        Func<long>? position = null)
    {
        for (int failures = 0; ;)
        {
            long before = position?.Invoke() ?? 0;
            using StallTimer stall = new(options.StallTimeout, cancellation);
            Exception failure;
            TimeSpan? asked = null;
            try
            {
                await attempt(stall).ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException exception) when (!cancellation.IsCancellationRequested)
            {
                failure = new TransientException($"nothing arrived for {options.StallTimeout.TotalSeconds:0.#} s", inner: exception);
            }
            catch (HttpRequestException exception) when (exception.HttpRequestError is HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError)
            {
                throw new HubException($"{options.Endpoint.Host} cannot be reached: {exception.Message}", exception); // waiting would not help
            }
            catch (Exception exception) when (exception is HttpRequestException or TransientException)
            {
                failure = exception;
                asked = (exception as TransientException)?.RetryAfter;
            }
            failures = (position?.Invoke() ?? 0) - before >= GetsOnBytes ? 1 : failures + 1;
            if (failures >= options.Attempts)
                throw new HubException(
                    $"{what} could not be fetched from {options.Endpoint.Host} in {failures} attempts: {failure.Message}; run the command again to go on",
                    failure);
            TimeSpan delay = asked ?? options.RetryDelay * (1 << Math.Min(failures - 1, 10));
            await Task.Delay(delay < LongestDelay ? delay : LongestDelay, cancellation).ConfigureAwait(false);
        }
    }
}
