namespace Bloomery.Numerics.Kernels;

/// <summary>What a <see cref="KernelSet"/> with a <c>[Key]</c> says of itself before one is made: whether this processor can run it, and how much it is to be preferred.</summary>
internal interface IKernelTier
{
    /// <summary>The processor feature that the tier needs and this machine lacks; null when it can run.</summary>
    static abstract string? MissingFeature { get; }

    /// <summary>Higher is faster: the highest tier that can run is chosen.</summary>
    static abstract int Preference { get; }
}
