using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>Adds a number to the logits of single tokens.</summary>
[Key("logit_bias")]
internal sealed class LogitBias(IReadOnlyDictionary<int, float> bias) : LogitStep
{
    private readonly KeyValuePair<int, float>[] _bias = [.. bias];

    /// <summary>As the options say.</summary>
    public LogitBias(SamplingOptions options) : this(options.LogitBias) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.Bias;

    /// <inheritdoc/>
    public override bool IsNeutral => _bias.Length == 0;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context)
    {
        foreach ((int id, float bias) in _bias)
            if ((uint)id < (uint)logits.Length) logits[id] += bias;
    }
}
