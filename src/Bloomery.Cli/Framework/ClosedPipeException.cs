namespace Bloomery.Cli.Framework;

/// <summary>Whoever read our output stopped reading: the program ends without a word.</summary>
public sealed class ClosedPipeException : Exception;
