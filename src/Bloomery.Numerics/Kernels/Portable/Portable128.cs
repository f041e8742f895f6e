using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>The portable tier on vectors of 128 bits.</summary>
[Key("portable-128")]
internal sealed class Portable128 : PortableKernels<Width128, Vector128<float>>
{
    /// <inheritdoc/>
    public override string Name => "portable-128";

    /// <inheritdoc/>
    public override string? MissingFeature => Width128.MissingFeature;

    /// <inheritdoc/>
    public override int Preference => 4;
}
