using Bloomery.Models;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Engine.Inspection;

/// <summary>The operations that a token passes through, as text.</summary>
/// <param name="Text">A heading for each role, then a line for each operation.</param>
/// <param name="Warnings">What is odd about the checkpoint.</param>
internal sealed record PlanListing(string Text, IReadOnlyList<string> Warnings)
{
    /// <summary>Loads a model and lists what would be run.</summary>
    /// <exception cref="ModelFormatException">The checkpoint is damaged, or not supported.</exception>
    public static PlanListing Of(string path, KernelSet kernels, IProgress<double>? progress, int threads)
    {
        using LoadedModel model = LoadedModel.Load(path, kernels, progress, threads: threads);
        return new PlanListing(string.Concat(model.Architecture.Roles.Select(role => $"{role.ToString().ToLowerInvariant()}:\n{model.Plan(role).Describe()}")),
            model.Warnings);
    }
}
