namespace Bloomery;

/// <summary>What an embedded default model is for.</summary>
public enum ModelKind
{
    /// <summary>Generating text.</summary>
    Text,

    /// <summary>Embedding text.</summary>
    Embedding,
}
