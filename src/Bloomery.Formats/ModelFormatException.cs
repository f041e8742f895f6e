namespace Bloomery;

/// <summary>A file that is not what it claims to be: says which file, which key or tensor, at which byte, and what was expected.</summary>
public sealed class ModelFormatException : Exception
{
    /// <summary>Composes the one-line message that users see.</summary>
    /// <param name="file">The file's path.</param>
    /// <param name="subject">The key or tensor at fault, or null.</param>
    /// <param name="offset">The byte offset in the file, or null.</param>
    /// <param name="problem">What was found and what was expected.</param>
    /// <param name="inner">The cause, or null.</param>
    public ModelFormatException(string file, string? subject, long? offset, string problem, Exception? inner = null)
        : base($"{file}: {(subject is null ? "" : $"{subject}: ")}{problem}{(offset is null ? "" : $" (at byte {offset})")}", inner)
    {
        (File, Subject, Offset) = (file, subject, offset);
    }

    /// <summary>The file's path.</summary>
    public string File { get; }

    /// <summary>The key or tensor at fault, or null.</summary>
    public string? Subject { get; }

    /// <summary>The byte offset in the file, or null.</summary>
    public long? Offset { get; }
}
