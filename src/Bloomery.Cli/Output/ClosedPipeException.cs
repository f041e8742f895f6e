namespace Bloomery.Cli.Output;

/// <summary>Whoever read our output stopped reading: the program ends without a word.</summary>
internal sealed class ClosedPipeException : Exception;
