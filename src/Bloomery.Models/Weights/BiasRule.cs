namespace Bloomery.Models.Weights;

/// <summary>Whether a layer has a bias.</summary>
internal enum BiasRule
{
    /// <summary>No.</summary>
    None,

    /// <summary>Yes.</summary>
    Required,

    /// <summary>If the file has one.</summary>
    IfPresent,

    /// <summary>In checkpoints no, in GGUF files if the file has one.</summary>
    IfPresentInGguf,
}
