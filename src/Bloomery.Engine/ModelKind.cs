using System.Text.Json.Serialization;

namespace Bloomery;

/// <summary>What an embedded default model is for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ModelKind>))]
public enum ModelKind
{
    /// <summary>Generating text.</summary>
    Text,

    /// <summary>Embedding text.</summary>
    Embedding,
}
