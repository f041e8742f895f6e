using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Planning;

/// <summary>How a mixture of experts chooses: scores, groups, normalisation.</summary>
internal sealed record ExpertSpec
{
    /// <summary>Experts.</summary>
    public required int Experts { get; init; }

    /// <summary>Experts used for each token.</summary>
    public required int Used { get; init; }

    /// <summary>The gate's activation.</summary>
    public Activation Activation { get; init; } = Activation.Silu;

    /// <summary>Scores are sigmoids of the router's logits (DeepSeek-V3) instead of their softmax.</summary>
    public bool Sigmoid { get; init; }

    /// <summary>Whether the chosen scores are divided by their sum.</summary>
    public bool Normalize { get; init; }

    /// <summary>Added to that sum.</summary>
    public float NormalizeEpsilon { get; init; }

    /// <summary>Multiplies the weights.</summary>
    public float Scale { get; init; } = 1;

    /// <summary>Groups that experts are divided into; 1: none.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Groups that are kept.</summary>
    public int GroupsUsed { get; init; } = 1;

    /// <summary>A group's score is the sum of its two best (DeepSeek-V3) instead of its best (V2).</summary>
    public bool GroupByTopTwo { get; init; }

    /// <summary>(Experts) added to the scores when experts are chosen, not when they are weighted; or null.</summary>
    public float[]? SelectionBias { get; init; }
}
