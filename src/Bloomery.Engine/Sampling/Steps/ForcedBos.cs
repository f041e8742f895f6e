using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>Forces the token after the decoder's start token; null forces none.</summary>
[Key("forced_bos")]
internal sealed class ForcedBos(int? id) : LogitStep
{
    /// <summary>As the options say.</summary>
    public ForcedBos(SamplingOptions options) : this(options.ForcedBosId) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.Forced;

    /// <inheritdoc/>
    public override bool IsNeutral => id is null;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context)
    {
        if (context.History.Length != 1 || (uint)id!.Value >= (uint)logits.Length) return;
        logits.Fill(float.NegativeInfinity);
        logits[id.Value] = 0;
    }
}
