namespace Bloomery.Engine.Sampling;

/// <summary>A sampling parameter that cannot be honoured.</summary>
/// <param name="Parameter">Its name in requests: <c>top_p</c>.</param>
/// <param name="Message">What is allowed and what was given.</param>
internal readonly record struct SamplingProblem(string Parameter, string Message);
