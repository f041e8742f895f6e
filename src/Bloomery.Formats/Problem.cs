using System.Text.Json;

namespace Bloomery.Formats;

/// <summary>What an exception of the platform says to people: without its own way of naming a place, and without the names of our parameters.</summary>
internal static class Problem
{
    private const string Depth = "The maximum configured depth of ";

    private static readonly string[] Tails = [" LineNumber:", " Path:", " Change the reader options", " Cannot read next JSON"];

    /// <summary>The words, and for JSON the place as editors count it.</summary>
    public static string Describe(Exception exception) => exception switch
    {
        JsonException json => Json(json),
        ArgumentException { ParamName: { } parameter } => exception.Message.Replace($" (Parameter '{parameter}')", "", StringComparison.Ordinal),
        _ => exception.Message,
    };

    private static string Json(JsonException exception)
    {
        string message = exception.Message;
        foreach (string tail in Tails)
            if (message.IndexOf(tail, StringComparison.Ordinal) is > 0 and int cut) message = message[..cut];
        message = message.TrimEnd('.', ' ');
        if (message.StartsWith(Depth, StringComparison.Ordinal)) message = $"it nests more than {message[Depth.Length..].Split(' ')[0]} levels deep";
        if (message.StartsWith("Expected depth to be zero", StringComparison.Ordinal)) message = "it ends before an object or a list does";
        return exception is { LineNumber: { } line, BytePositionInLine: { } at } ? $"{message} (line {line + 1}, byte {at + 1})" : message;
    }
}
