namespace Bloomery.Cli.Framework;

/// <summary>The command line does not make sense: exit code 2 and a hint to <c>--help</c>.</summary>
internal sealed class UsageException(string message) : Exception(message);
