using System.Text.Json.Serialization;

namespace Bloomery;

/// <summary>Element types of cached keys and values.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<KvType>))]
public enum KvType
{
    /// <summary>32-bit floats.</summary>
    F32,

    /// <summary>16-bit floats (IEEE).</summary>
    F16,

    /// <summary>16-bit floats (bfloat).</summary>
    BF16,

    /// <summary>Blocks of 32 signed bytes with a half scale; rows are padded to whole blocks.</summary>
    Q8_0,
}
