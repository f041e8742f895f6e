using System.Text.Json.Serialization;

namespace Bloomery;

/// <summary>When a beam search that has as many finished hypotheses as beams may end.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EarlyStopping>))]
public enum EarlyStopping
{
    /// <summary>When the best running beam, scored at its present length, is no better than the worst finished one (<c>false</c>).</summary>
    Heuristic,

    /// <summary>At once (<c>true</c>).</summary>
    WhenFull,

    /// <summary>When no running beam can still become better than the worst finished one at any length up to the longest (<c>"never"</c>).</summary>
    Never,
}
