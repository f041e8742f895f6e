namespace Bloomery.Engine.BeamSearch;

/// <summary>One way to go on.</summary>
/// <param name="Score">The sum of log-probabilities, this token's included.</param>
/// <param name="Beam">The beam that goes on.</param>
/// <param name="Token">The token it goes on with.</param>
internal readonly record struct BeamCandidate(double Score, int Beam, int Token);
