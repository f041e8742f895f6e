using System.Runtime.InteropServices;

namespace Bloomery.Numerics.Platform;

/// <summary>Asks the system for large pages where it hands them out on request: a model's first touch then costs a five-hundredth of the faults.</summary>
internal static unsafe partial class HugePages
{
    /// <summary>The size of a large page on x86-64 and most of arm64.</summary>
    public const int Size = 2 << 20;

    private const int Advice = 14; // MADV_HUGEPAGE

    /// <summary>Advises a range that begins at a multiple of <see cref="Size"/>; a system that knows no such advice ignores it.</summary>
    public static void Advise(void* address, nuint bytes)
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = madvise(address, bytes, Advice);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another C library: the pages stay small.
        }
    }

    [LibraryImport("libc")]
    private static partial int madvise(void* address, nuint length, int advice);
}
