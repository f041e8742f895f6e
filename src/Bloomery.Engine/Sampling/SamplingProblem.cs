namespace Bloomery.Engine.Sampling;

/// <summary>A sampling parameter that cannot be honoured.</summary>
/// <param name="Property">Its name in a program: <c>TopP</c>.</param>
/// <param name="Parameter">Its name in requests: <c>top_p</c>.</param>
/// <param name="Reason">What is allowed and what was given, to follow either name.</param>
internal readonly record struct SamplingProblem(string Property, string Parameter, string Reason)
{
    /// <summary>The sentence for a program's author.</summary>
    public string Message => $"{Property} {Reason}";
}
