namespace Bloomery.Numerics.Platform;

/// <summary>How many processors there are for this process.</summary>
internal static class Processors
{
    private const string Topology = "/sys/devices/system/cpu";

    /// <summary>Processors that this process may use: its affinity and the quota of its container are taken into account.</summary>
    public static int Usable => Environment.ProcessorCount;

    /// <summary>What to tell whoever asks for more threads than can run at once; null where they can.</summary>
    public static string? Crowding(int threads) => threads <= Usable
        ? null
        : $"{threads} threads, and this process may use {Usable} processor{(Usable == 1 ? "" : "s")} "
            + $"(affinity and the quota of its container are counted): the others only wait; {Usable} or fewer are as fast";

    /// <summary>Physical cores among all processors of the machine; null where the system does not say.</summary>
    public static int? PhysicalCores { get; } = CountCores();

    /// <summary>
    /// Threads to compute with: <see cref="Usable"/>, and of hyper-threads one per core when the whole machine is visible. In a part of a machine
    /// nobody knows which processors share a core.
    /// </summary>
    public static int DefaultThreads { get; } = PhysicalCores is { } cores && Usable == CountOnline() ? Math.Clamp(cores, 1, Usable) : Usable;

    private static int CountOnline() => Numbered().Count();

    private static int? CountCores()
    {
        try
        {
            // Processors of one core name the same list of siblings.
            var cores = new HashSet<string>();
            foreach (string processor in Numbered())
            {
                string siblings = Path.Combine(processor, "topology", "thread_siblings_list");
                if (!File.Exists(siblings)) return null;
                cores.Add(File.ReadAllText(siblings).Trim());
            }
            return cores.Count > 0 ? cores.Count : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Numbered()
    {
        if (!Directory.Exists(Topology)) return [];
        return Directory.GetDirectories(Topology, "cpu*").Where(folder =>
            Path.GetFileName(folder)[3..] is { Length: > 0 } number && number.All(char.IsAsciiDigit)
            && (!File.Exists(Path.Combine(folder, "online")) || File.ReadAllText(Path.Combine(folder, "online")).Trim() != "0"));
    }
}
