namespace Bloomery.Formats.Hub;

/// <summary>A failure that may be gone at the next attempt.</summary>
internal sealed class TransientException(string message, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>How long the server asks to wait, or null.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
