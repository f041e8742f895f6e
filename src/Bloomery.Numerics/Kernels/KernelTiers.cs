using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Kernels;

/// <summary>The kernel tiers of this build: each is one <see cref="KernelSet"/> with a <c>[Key]</c>.</summary>
internal static class KernelTiers
{
    /// <summary>The environment variable that names the tier to use.</summary>
    public const string Variable = "BLOOMERY_KERNELS";

    private static readonly Catalog<KernelSet> Tiers = new(typeof(KernelTiers).Assembly);
    private static readonly KernelSet[] InOrder = [.. Tiers.Names.Select(name => Tiers.Create(name)).OrderByDescending(tier => tier.Preference)];

    /// <summary>The keys of all tiers, the most preferred first.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. InOrder.Select(tier => tier.Name)];

    /// <summary>Whether this build has the tier; a name without its vector width (<c>portable</c>) means the widest that can run.</summary>
    public static bool Has(string name) => Find(name) is not null;

    /// <summary>The processor feature that keeps a tier from running here; null when it can run.</summary>
    /// <exception cref="ArgumentException">This build has no such tier.</exception>
    public static string? MissingFeature(string name) => Tiers.Create(Known(name)).MissingFeature;

    /// <summary>Makes the tier called <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentException">This build has no such tier.</exception>
    /// <exception cref="PlatformNotSupportedException">This processor cannot run it.</exception>
    public static KernelSet Create(string name) => MissingFeature(name) is { } missing
        ? throw new PlatformNotSupportedException($"kernel tier '{name}' needs {missing}, which this processor lacks.")
        : Tiers.Create(Known(name));

    /// <summary>
    /// The tier asked for; or, when <paramref name="wanted"/> is empty or <c>auto</c>, the one that <see cref="Variable"/> names; or the fastest that can run.
    /// </summary>
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
        KernelSet kernels = InOrder.First(tier => tier.MissingFeature is null);
        List<string> passed = [.. InOrder.TakeWhile(tier => tier != kernels).Select(tier => $"{tier.Name} needs {tier.MissingFeature}")];
        string why = passed.Count == 0 ? "the fastest tier of this build" : $"the fastest that this processor runs: {string.Join(", ", passed)}";
        return new KernelChoice(kernels, $"{kernels.Description} ({why})");
    }

    private static string Known(string name) =>
        Find(name) ?? throw new ArgumentException($"this build has no kernel tier '{name}'; there are: {string.Join(", ", Names)}", nameof(name));

    private static string? Find(string name) => Tiers.TryFind(name, out _)
        ? name
        : InOrder.FirstOrDefault(tier => tier.Name.StartsWith(name + "-", StringComparison.OrdinalIgnoreCase) && tier.MissingFeature is null)?.Name;

    private static bool IsAuto(string? name) => string.IsNullOrEmpty(name) || name.Equals("auto", StringComparison.OrdinalIgnoreCase);
}
