namespace Bloomery.Engine.Sampling;

/// <summary>The two random numbers in [0, 1) that one step may use.</summary>
/// <param name="Draw">Decides the token.</param>
/// <param name="Trigger">Decides whether a step that acts with a probability (XTC) acts.</param>
internal readonly record struct SampleUniforms(double Draw, double Trigger);
