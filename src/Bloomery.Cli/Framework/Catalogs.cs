using Bloomery.Conversion;
using Bloomery.Engine.Inference;
using Bloomery.Engine.Sampling;
using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Cli.Framework;

/// <summary>The catalogues of plug points, by the name that <c>bloomery list</c> takes.</summary>
internal static class Catalogs
{
    private static readonly SortedDictionary<string, Func<IEnumerable<CatalogEntry>>> Known = new(StringComparer.Ordinal)
    {
        ["architectures"] = () => ModelFacts.Families.Select(name => new CatalogEntry(name, "")),
        ["formats"] = () => BlockFormat.All.OrderBy(format => format.Name, StringComparer.Ordinal).Select(format => new CatalogEntry(format.Name,
            $"{format.BlockBytes * 8.0 / format.BlockSize:0.####} bits a weight, blocks of {format.BlockSize}{(format.CanQuantize ? "" : ", read only")}")),
        ["kernels"] = () => Kernels().Select(name => new CatalogEntry(name, KernelNote(name))),
        ["recipes"] = () => TypeRecipe.Names.Select(name => new CatalogEntry(name, "")),
        ["samplers"] = () => LogitSteps.Names.Select(name => new CatalogEntry(name, "")),
        ["verbs"] = () => App.Verbs.Names.Select(name => new CatalogEntry(name, App.Verbs.Create(name).Summary)),
    };

    /// <summary>The tiers, and before those of several widths (<c>portable-512</c>) the name that stands for the widest.</summary>
    private static IEnumerable<string> Kernels() => KernelTiers.Names.SelectMany(name => (string[])[Family(name), name]).Distinct();

    private static string Family(string name) => name.Split('-')[0];

    private static string KernelNote(string name)
    {
        string[] members = [.. KernelTiers.Names.Where(tier => tier != name && Family(tier) == name)];
        if (members.Length > 0) return members.FirstOrDefault(tier => KernelTiers.MissingFeature(tier) is null) is { } widest
            ? $"the widest that works: {widest}" : "does not work here";
        return KernelTiers.MissingFeature(name) is { } missing ? $"needs {missing}, which this processor lacks" : "works here";
    }

    /// <summary>All catalogues.</summary>
    public static IReadOnlyCollection<string> Names => Known.Keys;

    /// <summary>The entries of one.</summary>
    public static IReadOnlyList<CatalogEntry> Read(string name) => [.. Known[name]()];
}
