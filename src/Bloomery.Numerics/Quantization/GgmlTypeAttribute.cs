namespace Bloomery.Numerics.Quantization;

/// <summary>The number that stands for a block format in GGUF files.</summary>
[AttributeUsage(AttributeTargets.Struct)]
internal sealed class GgmlTypeAttribute(int id) : Attribute
{
    /// <summary>ggml's type id.</summary>
    public int Id { get; } = id;
}
