using System.Text.Json.Serialization;

namespace Bloomery;

/// <summary>Why a text ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FinishReason>))]
public enum FinishReason
{
    /// <summary>An end token, a stop token or a stop string.</summary>
    Stop,

    /// <summary>The most tokens that were asked for, or the full context.</summary>
    Length,

    /// <summary>The caller cancelled it, or disposed it before its end.</summary>
    Cancelled,

    /// <summary>A step failed; its exception said why.</summary>
    Failed,
}
