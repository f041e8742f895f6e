using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>The portable tier on vectors of 512 bits.</summary>
[Key("portable-512")]
internal sealed class Portable512 : PortableKernels<Width512, Vector512<float>>
{
    /// <inheritdoc/>
    public override string Name => "portable-512";

    /// <inheritdoc/>
    public override string? MissingFeature => Width512.MissingFeature;

    /// <inheritdoc/>
    public override int Preference => 16;
}
