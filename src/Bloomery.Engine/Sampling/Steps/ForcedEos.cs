using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>Forces one of the given tokens to be the last of <paramref name="maxTokens"/>.</summary>
[Key("forced_eos")]
internal sealed class ForcedEos(int? maxTokens, IReadOnlyList<int> ids) : LogitStep
{
    private readonly int[] _ids = [.. ids];

    /// <summary>As the options say.</summary>
    public ForcedEos(SamplingOptions options) : this(options.MaxTokens, options.ForcedEosIds ?? []) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.Forced;

    /// <inheritdoc/>
    public override bool IsNeutral => maxTokens is null || _ids.Length == 0;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context)
    {
        if (context.Step != maxTokens - 1) return;
        logits.Fill(float.NegativeInfinity);
        foreach (int id in _ids)
            if ((uint)id < (uint)logits.Length) logits[id] = 0;
    }
}
