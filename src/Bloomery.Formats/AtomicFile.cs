namespace Bloomery.Formats;

/// <summary>
/// Writes files that are either whole or not there: into a temporary file in the same folder, flushed to the disk, then renamed. A link stays, and its target
/// is replaced; devices and pipes, which are no files to replace, are written to.
/// </summary>
internal static class AtomicFile
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Replaces the file at <paramref name="path"/> with what <paramref name="write"/> writes; when it throws, the old file stays as it was.</summary>
    /// <exception cref="IOException">The folder is not there, or the path is a directory.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        Check(path);
        string full = Path.GetFullPath(path), target = Target(full);
        try
        {
            if (OpenSpecial(full, target) is not { } special) Replace(path, target, write);
            else using (special) write(special);
        }
        catch (IOException e) when (IsDiskFull(e))
        {
            throw new IOException($"{path}: no space is left there to write it; make room, or name another place", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new UnauthorizedAccessException($"{path}: may not be written (no permission); name another place", e);
        }
    }

    /// <summary>Whether a device had no room, or the user's share of it is used up.</summary>
    private static bool IsDiskFull(IOException e) => OperatingSystem.IsWindows() ? (e.HResult & 0xFFFF) is 39 or 112 : e.HResult is 28 or 69 or 122;

    private static void Replace(string path, string target, Action<Stream> write)
    {
        string temporary = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (FileStream stream = Create(path, temporary))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static FileStream Create(string path, string temporary)
    {
        try
        {
            return new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes);
        }
        catch (IOException e) when (!IsDiskFull(e))
        {
            // The system's words name the temporary file.
            string reason = e is FileNotFoundException ? "the system makes no files there" : e.Message.Split(" : ")[0];
            throw new IOException($"{path}: cannot be written: {reason}; name another place", e);
        }
    }

    /// <summary>Makes sure that a file can be written there, before work is done for it.</summary>
    /// <exception cref="IOException">The folder is not there, or the path is a directory.</exception>
    public static void Check(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full)) throw new IOException($"{path}: is a directory; name a file to write");
        if (!File.Exists(full) && Path.GetDirectoryName(Target(full)) is var folder && !Directory.Exists(folder))
            throw new IOException($"{path}: there is no directory {folder} to write to; create it first");
    }

    /// <summary>Where a link leads in the end; the path itself where it is none.</summary>
    private static string Target(string full) =>
        new FileInfo(full).LinkTarget is null ? full : File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full;

    /// <summary>Opens what is no regular file: a rename would put one in the place of the device, for everybody.</summary>
    private static FileStream? OpenSpecial(string full, string target)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(full)) return null;
        var stream = new FileStream(full, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, BufferBytes);
        if (!stream.CanSeek || IsSystems(full) || IsSystems(target)) return stream;
        stream.Dispose();
        return null;
    }

    /// <summary>Some devices can be sought like files; these are the folders where they lie.</summary>
    private static bool IsSystems(string path) => path.StartsWith("/dev/", StringComparison.Ordinal) || path.StartsWith("/proc/", StringComparison.Ordinal);
}
