using System.Text.Json;

namespace Bloomery.Cli.Framework;

/// <summary>Says in few words what is wrong with a piece of JSON.</summary>
internal static class JsonProblem
{
    /// <summary>The parser's words without its own way of naming a place, and the place as editors count it.</summary>
    public static string Describe(JsonException exception)
    {
        string message = exception.Message;
        foreach (string tail in (string[])[" LineNumber:", " Path:", " Change the reader options", " Cannot read next JSON"])
            if (message.IndexOf(tail, StringComparison.Ordinal) is > 0 and int cut) message = message[..cut];
        message = message.TrimEnd('.', ' ');
        return exception is { LineNumber: { } line, BytePositionInLine: { } at } ? $"{message} (line {line + 1}, byte {at + 1})" : message;
    }
}
