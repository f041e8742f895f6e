using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Kernels.Reference;

namespace Bloomery.Conformance;

/// <summary>What the conformance tests enumerate: every tier but the reference, and lengths around every vector width.</summary>
internal static class Tiers
{
    /// <summary>The specification.</summary>
    public static KernelSet Reference { get; } = new ReferenceKernels();

    /// <summary>All other tiers; those that this processor lacks are skipped when they are asked for.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. KernelTiers.Names.Where(name => name != Reference.Name)];

    /// <summary>Lengths on both sides of every vector width, unrolling factor and block size.</summary>
    public static int[] Lengths { get; } = [0, 1, 3, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 576, 1000];

    /// <summary>Rows for a theory: one per tier.</summary>
    public static TheoryData<string> All { get; } = [.. Names];

    /// <summary>Makes a tier, or skips the test with the reason.</summary>
    public static KernelSet Get(string name)
    {
        string? missing = KernelTiers.MissingFeature(name);
        Skip.If(missing is not null, $"tier {name}: this processor or its cap lacks {missing}");
        return KernelTiers.Create(name);
    }
}
