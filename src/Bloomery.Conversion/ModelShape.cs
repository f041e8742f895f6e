namespace Bloomery.Conversion;

/// <summary>What a mixture of types asks about a model.</summary>
/// <param name="Architecture">GGUF's name of the family.</param>
/// <param name="Layers">Blocks.</param>
/// <param name="QueriesPerKey">Query heads that share a key/value head.</param>
/// <param name="Experts">Experts; 0 where there are none.</param>
internal sealed record ModelShape(string Architecture, int Layers, int QueriesPerKey, int Experts);
