using System.Runtime.InteropServices;

namespace Bloomery.Numerics.Platform;

/// <summary>Tells pipes and devices from files without opening them: to open a pipe waits for whoever is at its other end.</summary>
internal static unsafe partial class SpecialFiles
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const uint TypeWanted = 1;         // STATX_TYPE
    private const int StatusBytes = 256, ModeAt = 28; // struct statx is the same on every processor
    private const int TypeMask = 0xf000, Folder = 0x4000, Regular = 0x8000;

    /// <summary>
    /// Whether <paramref name="path"/>, or what a link there leads to, is neither a file nor a folder. False where it is not there, or the system does
    /// not say.
    /// </summary>
    public static bool IsOne(string path)
    {
        if (!OperatingSystem.IsLinux()) return false;
        byte* status = stackalloc byte[StatusBytes];
        try
        {
            if (statx(CurrentDirectory, path, 0, TypeWanted, status) != 0) return false;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
        return (*(ushort*)(status + ModeAt) & TypeMask) is not (Folder or Regular);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int directory, string path, int flags, uint mask, byte* status);
}
