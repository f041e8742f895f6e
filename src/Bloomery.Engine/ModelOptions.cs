using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Threading;

namespace Bloomery;

/// <summary>How a model is loaded and run; what is null is chosen by the model or the machine.</summary>
public sealed record ModelOptions
{
    /// <summary>Threads to compute with; null or 0: as many as this process may use.</summary>
    public int? Threads { get; init; }

    /// <summary>The kernel tier (<c>reference</c>, <c>portable</c>, ...); null: the best that works here.</summary>
    public string? Kernels { get; init; }

    /// <summary>Activations, accumulation and caches in 32-bit floats on every tier. Implied by the reference tier.</summary>
    public bool Exact { get; init; }

    /// <summary>
    /// Longest sequence in tokens; null: the model's. It may be longer than the model was made for where positions are computed (RoPE, ALiBi, relative):
    /// the reference computes the same, but few models stay sensible there.
    /// </summary>
    public int? ContextLength { get; init; }

    /// <summary>How keys are cached; null: f16, or f32 where exact.</summary>
    public KvType? KeyType { get; init; }

    /// <summary>How values are cached; null: as keys.</summary>
    public KvType? ValueType { get; init; }

    /// <summary>
    /// Whether weights that need no packing stay in the mapped file instead of being copied: less memory of our own, shared with other processes.
    /// The file must not be truncated or rewritten meanwhile: a fault on the mapping ends the process.
    /// </summary>
    public bool KeepMapping { get; init; }

    /// <summary>Told the share that is loaded, 0 to 1.</summary>
    public IProgress<double>? Progress { get; init; }

    /// <summary>Most tokens that one run of the plan takes.</summary>
    internal int ChunkTokens { get; init; } = 512;

    /// <summary>Refuses what cannot be honoured.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it.</exception>
    internal void Validate()
    {
        if (Threads is < 0 or > WorkerTeam.MaxThreads)
            throw new ArgumentOutOfRangeException(nameof(Threads), $"Threads must be between 0 and {WorkerTeam.MaxThreads}, not {Threads}");
        if (ContextLength < 1) throw new ArgumentOutOfRangeException(nameof(ContextLength), $"ContextLength must be at least 1, not {ContextLength}");
        if (!string.IsNullOrEmpty(Kernels) && !Kernels.Equals("auto", StringComparison.OrdinalIgnoreCase) && !KernelTiers.Has(Kernels))
            throw new ArgumentException($"Kernels names the tier '{Kernels}', which this build has not; it has {string.Join(", ", KernelTiers.Names)}",
                nameof(Kernels));
        foreach ((string name, KvType? type) in ((string, KvType?)[])[(nameof(KeyType), KeyType), (nameof(ValueType), ValueType)])
            if (type is { } given && !Enum.IsDefined(given)) throw new ArgumentOutOfRangeException(name, $"{name} is no element type of a cache: {(int)given}");
    }
}
