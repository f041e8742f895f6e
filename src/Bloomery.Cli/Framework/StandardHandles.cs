using System.Runtime.InteropServices;

namespace Bloomery.Cli.Framework;

/// <summary>
/// Whether the program was started with its standard input, output or error closed. Other files (the runtime's, or the script that a shell
/// reads) take such a place at once, and reading or writing there hangs or worse.
/// </summary>
internal static partial class StandardHandles
{
    private const int GetDescriptorFlags = 1, CloseOnExec = 1;
    private const int GetStatusFlags = 3, AccessMode = 3, ReadOnly = 0, WriteOnly = 1;

    /// <summary>Whether there is no standard input.</summary>
    public static bool IsInputClosed { get; } = IsClosed(0, WriteOnly);

    /// <summary>Whether there is no standard output.</summary>
    public static bool IsOutputClosed { get; } = IsClosed(1, ReadOnly);

    /// <summary>Whether there is no standard error.</summary>
    public static bool IsErrorClosed { get; } = IsClosed(2, ReadOnly);

    /// <summary>What was inherited survived an exec; what the runtime opened would not.</summary>
    private static bool IsClosed(int descriptor, int wrongMode)
    {
        // Windows gives a null handle, which the console treats as an empty stream.
        if (OperatingSystem.IsWindows()) return false;
        try
        {
            int flags = fcntl(descriptor, GetDescriptorFlags);
            return flags < 0 || (flags & CloseOnExec) != 0 || (fcntl(descriptor, GetStatusFlags) & AccessMode) == wrongMode;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc")]
    private static partial int fcntl(int descriptor, int command);
}
