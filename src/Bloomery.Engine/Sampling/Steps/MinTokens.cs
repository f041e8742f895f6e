using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>Removes the end tokens until <paramref name="count"/> tokens are generated.</summary>
[Key("min_tokens")]
internal sealed class MinTokens(int count, IReadOnlyList<int> endIds) : LogitStep
{
    private readonly int[] _endIds = [.. endIds];

    /// <summary>As the options say.</summary>
    public MinTokens(SamplingOptions options) : this(options.MinTokens ?? 0, options.EndIds) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.MinTokens;

    /// <inheritdoc/>
    public override bool IsNeutral => count <= 0 || _endIds.Length == 0;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context)
    {
        if (context.Step >= count) return;
        foreach (int id in _endIds)
            if ((uint)id < (uint)logits.Length) logits[id] = float.NegativeInfinity;
    }
}
