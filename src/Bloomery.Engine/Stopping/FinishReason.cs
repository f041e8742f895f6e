namespace Bloomery;

/// <summary>Why a sequence ended.</summary>
public enum FinishReason
{
    /// <summary>An end token, a stop token or a stop string.</summary>
    Stop,

    /// <summary>The most tokens that were asked for, or the full context.</summary>
    Length,

    /// <summary>The client went away or cancelled.</summary>
    Cancelled,

    /// <summary>The server is shutting down.</summary>
    ServerStopping,

    /// <summary>An error that concerns this sequence alone.</summary>
    Failed,
}
