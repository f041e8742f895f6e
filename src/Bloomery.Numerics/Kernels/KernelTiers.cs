using System.Reflection;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Kernels;

/// <summary>The kernel tiers of this build: each is one <see cref="KernelSet"/> with a <c>[Key]</c> that also is an <see cref="IKernelTier"/>.</summary>
internal static class KernelTiers
{
    /// <summary>The environment variable that names the tier to use.</summary>
    public const string Variable = "BLOOMERY_KERNELS";

    private static readonly Catalog<KernelSet> Tiers = new(typeof(KernelTiers).Assembly);

    /// <summary>The keys of all tiers, the most preferred first.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Tiers.Names.OrderByDescending(name => Describe(name).Preference)];

    /// <summary>Whether this build has the tier; a name without its vector width (<c>portable</c>) means the widest that can run.</summary>
    public static bool Has(string name) => Find(name) is not null;

    /// <summary>The processor feature that keeps a tier from running here; null when it can run.</summary>
    /// <exception cref="ArgumentException">This build has no such tier.</exception>
    public static string? MissingFeature(string name) => Describe(Known(name)).MissingFeature;

    /// <summary>Makes the tier called <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentException">This build has no such tier.</exception>
    /// <exception cref="PlatformNotSupportedException">This processor cannot run it.</exception>
    public static KernelSet Create(string name) => MissingFeature(name) is { } missing
        ? throw new PlatformNotSupportedException($"kernel tier '{name}' needs {missing}, which this processor lacks.")
        : Tiers.Create(Known(name));

    /// <summary>The tier asked for; or, when <paramref name="wanted"/> is empty or <c>auto</c>, the one that <see cref="Variable"/> names; or the fastest that can run.</summary>
    /// <exception cref="ArgumentException">This build has no such tier.</exception>
    /// <exception cref="PlatformNotSupportedException">This processor cannot run it.</exception>
    public static KernelChoice Detect(string? wanted = null)
    {
        string source = "as asked";
        if (IsAuto(wanted)) (wanted, source) = (Environment.GetEnvironmentVariable(Variable), $"{Variable} is set");
        if (!IsAuto(wanted))
        {
            KernelSet chosen = Create(wanted!);
            return new KernelChoice(chosen, $"{chosen.Description} ({source})");
        }
        string best = Names.First(name => Describe(name).MissingFeature is null);
        List<string> passed = [.. Names.TakeWhile(name => name != best).Select(name => $"{name} needs {Describe(name).MissingFeature}")];
        KernelSet kernels = Tiers.Create(best);
        string why = passed.Count == 0 ? "the fastest tier of this build" : $"the fastest that this processor runs: {string.Join(", ", passed)}";
        return new KernelChoice(kernels, $"{kernels.Description} ({why})");
    }

    private static string Known(string name) =>
        Find(name) ?? throw new ArgumentException($"this build has no kernel tier '{name}'; there are: {string.Join(", ", Names)}", nameof(name));

    private static string? Find(string name) => Tiers.TryFind(name, out _)
        ? name
        : Names.FirstOrDefault(n => n.StartsWith(name + "-", StringComparison.OrdinalIgnoreCase) && Describe(n).MissingFeature is null);

    private static bool IsAuto(string? name) => string.IsNullOrEmpty(name) || name.Equals("auto", StringComparison.OrdinalIgnoreCase);

    private static (string? MissingFeature, int Preference) Describe(string name)
    {
        _ = Tiers.TryFind(name, out Type? type);
        MethodInfo probe = typeof(KernelTiers).GetMethod(nameof(Probe), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(type!);
        return ((string?, int))probe.Invoke(null, null)!;
    }

    private static (string? MissingFeature, int Preference) Probe<TTier>() where TTier : KernelSet, IKernelTier => (TTier.MissingFeature, TTier.Preference);
}
