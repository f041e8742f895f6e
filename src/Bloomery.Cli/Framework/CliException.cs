namespace Bloomery.Cli.Framework;

/// <summary>A failure whose message already says what, where and what to do: exit code 1.</summary>
internal sealed class CliException(string message) : Exception(message);
