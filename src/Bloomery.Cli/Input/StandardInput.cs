using Bloomery.Cli.Framework;

namespace Bloomery.Cli.Input;

/// <summary>Standard input, where there is one.</summary>
internal static class StandardInput
{
    /// <summary>What messages call it.</summary>
    public const string Name = "standard input";

    /// <summary>Whether a path means it.</summary>
    public static bool Is(string path) => path is "-" or "/dev/stdin" or "/dev/fd/0" or "/proc/self/fd/0";

    /// <summary>Opens it.</summary>
    /// <exception cref="UsageException">The program was started without one.</exception>
    public static Stream Open()
    {
        Check();
        return Console.OpenStandardInput();
    }

    /// <summary>Makes sure that there is one, before work is done for it.</summary>
    /// <exception cref="UsageException">The program was started without one.</exception>
    public static void Check()
    {
        if (StandardHandles.IsInputClosed)
            throw new UsageException("standard input is closed, so nothing can be read from it; give it a file or a pipe, as with < FILE");
    }

    /// <summary>All of it.</summary>
    /// <exception cref="CliException">It cannot be read.</exception>
    public static byte[] ReadAll() => ReadAll(null);

    /// <summary>Begins to read all of it beside other work.</summary>
    /// <param name="begun">Set when the first bytes or the end came.</param>
    public static Task<byte[]> ReadAllBeside(ManualResetEventSlim begun) =>
        Task.Factory.StartNew(() => ReadAll(begun), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static byte[] ReadAll(ManualResetEventSlim? begun)
    {
        try
        {
            using Stream input = Open();
            using var all = new MemoryStream();
            byte[] buffer = new byte[1 << 16];
            for (int count; (count = input.Read(buffer)) > 0; begun?.Set()) all.Write(buffer, 0, count);
            return all.ToArray();
        }
        catch (IOException e)
        {
            throw new CliException($"{Name}: cannot be read: {e.Message}");
        }
        finally
        {
            begun?.Set();
        }
    }
}
