using Bloomery.Formats.Gguf;
using Bloomery.Numerics.Platform;

namespace Bloomery.Conversion;

/// <summary>How a model is rewritten.</summary>
public sealed record ConversionOptions
{
    /// <summary>Which type each tensor gets; null: f16 where the weights are quantised, else the type that they have.</summary>
    public TypeRecipe? Types { get; init; }

    /// <summary>How much each column matters, or null.</summary>
    public ImportanceMatrix? Importance { get; init; }

    /// <summary>Threads to quantise with.</summary>
    public int Threads { get; init; } = Processors.DefaultThreads;

    /// <summary>Told the share that is done, 0 to 1.</summary>
    public IProgress<double>? Progress { get; init; }

    /// <summary>Told what the new file cannot say, one line each.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>Stops the work; nothing is left behind.</summary>
    public CancellationToken Cancellation { get; init; }
}
