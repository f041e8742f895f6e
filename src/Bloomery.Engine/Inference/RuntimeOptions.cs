using Bloomery.Numerics.Kernels;

namespace Bloomery.Engine.Inference;

/// <summary>How a model is run.</summary>
internal sealed record RuntimeOptions
{
    /// <summary>Threads; 0: as many as this process may use.</summary>
    public int Threads { get; init; }

    /// <summary>The kernel tier; null: the best that works here.</summary>
    public string? Kernels { get; init; }

    /// <summary>Activations, accumulation and caches in 32-bit floats on every tier. Implied by the reference tier.</summary>
    public bool Exact { get; init; }

    /// <summary>How keys are cached; null: f16, or f32 where exact.</summary>
    public KvType? KeyType { get; init; }

    /// <summary>How values are cached; null: as keys.</summary>
    public KvType? ValueType { get; init; }

    /// <summary>Most tokens that one run of the plan takes.</summary>
    public int ChunkTokens { get; init; } = 512;

    /// <summary>Whether weights that need no packing stay in the mapped file, which must then not be truncated: a fault on the mapping ends the process.</summary>
    public bool KeepMapping { get; init; }

    /// <summary>Longest sequence in tokens; null: the model's. It may be longer than the model was made for where positions are computed (RoPE, ALiBi, relative): the reference computes the same, but few models stay sensible there.</summary>
    public int? ContextLength { get; init; }
}
