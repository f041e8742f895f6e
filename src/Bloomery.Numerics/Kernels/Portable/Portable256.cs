using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>The portable tier on vectors of 256 bits.</summary>
[Key("portable-256")]
internal sealed class Portable256 : PortableKernels<Width256, Vector256<float>>
{
    /// <inheritdoc/>
    public override string Name => "portable-256";

    /// <inheritdoc/>
    public override string? MissingFeature => Width256.MissingFeature;

    /// <inheritdoc/>
    public override int Preference => 8;
}
