using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>Removes given tokens.</summary>
[Key("suppress_tokens")]
internal sealed class SuppressTokens(IReadOnlyList<int> ids) : LogitStep
{
    private readonly int[] _ids = [.. ids];

    /// <summary>As the options say.</summary>
    public SuppressTokens(SamplingOptions options) : this(options.SuppressedIds ?? []) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.BadWords;

    /// <inheritdoc/>
    public override bool IsNeutral => _ids.Length == 0;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context)
    {
        foreach (int id in _ids)
            if ((uint)id < (uint)logits.Length) logits[id] = float.NegativeInfinity;
    }
}
