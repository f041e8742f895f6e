using System.Globalization;
using System.Text.RegularExpressions;

namespace Bloomery.Formats.Gguf;

/// <summary>What the name of one part of a split GGUF file says: <c>NAME-00001-of-00003.gguf</c>.</summary>
/// <param name="Stem">What all parts begin with, folders included where the name has them.</param>
/// <param name="Part">Which part it is, from 1 on.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Extension">How the file's name ends.</param>
internal sealed partial record SplitName(string Stem, int Part, int Count, string Extension)
{
    /// <summary>Reads a name, or a path that ends in one; null: it is not that of a part.</summary>
    public static SplitName? Parse(string path)
    {
        Match match = Pattern().Match(path);
        return match.Success ? new SplitName(match.Groups["stem"].Value, Number("part"), Number("count"), match.Groups["extension"].Value) : null;

        int Number(string group) => int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    /// <summary>Whether another name is that of a part of the same file.</summary>
    public bool IsSameFile(SplitName? other) => other is not null && (other.Stem, other.Count) == (Stem, Count);

    /// <summary>The name of another part.</summary>
    public string Of(int part) => $"{Stem}-{part:D5}-of-{Count:D5}{Extension}";

    /// <summary>The names of all parts.</summary>
    public IEnumerable<string> All() => Enumerable.Range(1, Count).Select(Of);

    [GeneratedRegex(@"^(?<stem>.+)-(?<part>[0-9]{5})-of-(?<count>[0-9]{5})(?<extension>\.gguf)$",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Pattern();
}
