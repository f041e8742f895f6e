namespace Bloomery.Models.Planning;

/// <summary>What a plan is for.</summary>
internal enum PlanRole
{
    /// <summary>Token after token.</summary>
    Decoder,

    /// <summary>A whole sequence at once.</summary>
    Encoder,
}
