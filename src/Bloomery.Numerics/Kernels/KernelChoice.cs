namespace Bloomery.Numerics.Kernels;

/// <summary>The tier that was chosen.</summary>
/// <param name="Kernels">The tier.</param>
/// <param name="Reason">One line: what was chosen, and why.</param>
internal sealed record KernelChoice(KernelSet Kernels, string Reason);
