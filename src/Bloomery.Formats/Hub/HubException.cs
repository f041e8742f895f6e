namespace Bloomery.Formats.Hub;

/// <summary>A download that did not work: says which address, what came back and what to do.</summary>
public sealed class HubException(string message, Exception? inner = null) : Exception(message, inner);
