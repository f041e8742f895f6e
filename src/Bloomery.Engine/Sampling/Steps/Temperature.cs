using System.Numerics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>Divides the logits. Temperature 0 is no step but greedy decoding, which <see cref="LogitChain"/> does itself.</summary>
[Key("temperature")]
internal sealed class Temperature(float temperature) : LogitStep
{
    /// <summary>As the options say.</summary>
    public Temperature(SamplingOptions options) : this(options.Temperature ?? 1) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.Temperature;

    /// <inheritdoc/>
    public override bool IsNeutral => temperature is 1 or 0;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context)
    {
        // Near zero the quotients would overflow, and infinity minus infinity is no number: measure from the likeliest.
        float max = LogitMath.Max(logits);
        float shift = float.IsFinite(max) && !float.IsFinite(max / temperature) ? max : 0;
        int i = 0;
        for (; i <= logits.Length - Vector<float>.Count; i += Vector<float>.Count)
            ((new Vector<float>(logits[i..]) - new Vector<float>(shift)) / new Vector<float>(temperature)).CopyTo(logits[i..]);
        for (; i < logits.Length; i++) logits[i] = (logits[i] - shift) / temperature;
    }
}
