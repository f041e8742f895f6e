namespace Bloomery.Formats.Hub;

/// <summary>What <c>hf:ORG/NAME[@REV][:FILE]</c> names: a repository, one of its revisions and perhaps one file.</summary>
public sealed record HubName
{
    private const string Prefix = "hf:";

    private HubName(string organization, string name, string revision, string? file) =>
        (Organization, Name, Revision, File) = (organization, name, revision, file);

    /// <summary>Who publishes it.</summary>
    public string Organization { get; }

    /// <summary>The repository's name without its organization.</summary>
    public string Name { get; }

    /// <summary>A branch, tag or commit; <c>main</c> unless given.</summary>
    public string Revision { get; }

    /// <summary>The one file that is meant, or null for all that a model needs.</summary>
    public string? File { get; }

    /// <summary><c>ORG/NAME</c>.</summary>
    public string Repository => $"{Organization}/{Name}";

    /// <summary>Whether <paramref name="text"/> claims to be such a name.</summary>
    public static bool IsHubName(string text) => text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Reads a name.</summary>
    /// <exception cref="FormatException">It is none; nothing in it may lead out of a folder.</exception>
    public static HubName Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string rest = IsHubName(text) ? text[Prefix.Length..] : text;
        string? file = null;
        if (rest.IndexOf(':') is >= 0 and int colon) (rest, file) = (rest[..colon], rest[(colon + 1)..]);
        string revision = "main";
        if (rest.IndexOf('@') is >= 0 and int at) (rest, revision) = (rest[..at], rest[(at + 1)..]);
        string[] parts = rest.Split('/');
        if (parts.Length != 2 || !parts.All(IsPlain) || !IsPath(revision) || (file is not null && !IsPath(file)))
            throw new FormatException($"'{text}' is no model name; it looks like hf:ORG/NAME, hf:ORG/NAME@REVISION or hf:ORG/NAME:FILE.gguf");
        return new HubName(parts[0], parts[1], revision, file);
    }

    /// <summary>Whether <paramref name="path"/> is a relative path that stays in its folder.</summary>
    public static bool IsPath(string path) => path.Length is > 0 and < 512 && path.Split('/').All(IsPlain);

    /// <inheritdoc/>
    public override string ToString() => $"{Prefix}{Repository}{(Revision == "main" ? "" : "@" + Revision)}{(File is null ? "" : ":" + File)}";

    private static bool IsPlain(string part) =>
        part.Length is > 0 and < 200 && part is not "." and not ".." && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '+' or '=');
}
