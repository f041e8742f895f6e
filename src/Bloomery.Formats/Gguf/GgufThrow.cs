using System.Diagnostics.CodeAnalysis;

namespace Bloomery.Formats.Gguf;

/// <summary>The one place where GGUF files are refused.</summary>
internal static class GgufThrow
{
    [DoesNotReturn]
    public static void Bad(string file, string? subject, long? offset, string problem) =>
        throw new ModelFormatException(file, subject, offset, problem);

    [DoesNotReturn]
    public static void Truncated(string file, string? subject, long offset, string what, ulong needed, long left) =>
        Bad(file, subject, offset, $"{what} takes {needed} bytes, but the file has only {left} left: it is truncated or damaged");

    [DoesNotReturn]
    public static void NotGguf(string file, ReadOnlySpan<byte> bytes) =>
        Bad(file, null, 0, ForeignContent.DescribeWeights(file, bytes, "GGUF") ?? "this is no GGUF file: it does not begin with 'GGUF'");

    [DoesNotReturn]
    public static void WrongType(string file, string key, GgufEntry entry, string wanted) =>
        Bad(file, key, entry.Start, $"the value is {Article(entry.Describe())}, but {Article(wanted)} is needed");

    private static string Article(string noun) => ("aeiouAEIO".Contains(noun[0]) ? "an " : "a ") + noun;
}
