using System.Runtime.InteropServices;

namespace Bloomery.Conformance;

/// <summary>Pages that end the process when touched, where the system has them; elsewhere plain memory.</summary>
internal static unsafe class GuardPages
{
    private const int ReadWrite = 3, None = 0, Private = 2;
    private static readonly bool Supported = OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    public static byte* Map(nuint bytes)
    {
        if (!Supported) return (byte*)NativeMemory.AllocZeroed(bytes);
        byte* memory = MMap(null, bytes, ReadWrite, Private | (OperatingSystem.IsMacOS() ? 0x1000 : 0x20), -1, 0);
        return memory == (byte*)-1 ? throw new OutOfMemoryException("mmap") : memory;
    }

    public static void Forbid(byte* page, nuint bytes)
    {
        if (Supported && MProtect(page, bytes, None) != 0) throw new InvalidOperationException("the system refused a guard page");
    }

    public static void Free(byte* memory, nuint bytes)
    {
        if (!Supported) NativeMemory.Free(memory);
        else if (MUnmap(memory, bytes) != 0) throw new InvalidOperationException("munmap");
    }

    [DllImport("libc", EntryPoint = "mmap")]
    private static extern byte* MMap(void* address, nuint length, int protection, int flags, int file, nint offset);

    [DllImport("libc", EntryPoint = "mprotect")]
    private static extern int MProtect(void* address, nuint length, int protection);

    [DllImport("libc", EntryPoint = "munmap")]
    private static extern int MUnmap(void* address, nuint length);
}
