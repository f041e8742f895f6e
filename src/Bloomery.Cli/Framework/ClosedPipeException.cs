namespace Bloomery.Cli.Framework;

/// <summary>Whoever read our output stopped reading: the program ends without a word.</summary>
internal sealed class ClosedPipeException : Exception;
