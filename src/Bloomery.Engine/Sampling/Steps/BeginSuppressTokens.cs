using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>Removes given tokens when the first token is chosen; after a forced one, when the second is.</summary>
[Key("begin_suppress_tokens")]
internal sealed class BeginSuppressTokens(IReadOnlyList<int> ids, bool forcedFirst) : LogitStep
{
    private readonly int[] _ids = [.. ids];

    /// <summary>As the options say.</summary>
    public BeginSuppressTokens(SamplingOptions options) : this(options.BeginSuppressedIds ?? [], options.ForcedBosId is not null) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.BadWords;

    /// <inheritdoc/>
    public override bool IsNeutral => _ids.Length == 0;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context)
    {
        if (context.Step != (forcedFirst && context.PromptLength == 1 ? 1 : 0)) return;
        foreach (int id in _ids)
            if ((uint)id < (uint)logits.Length) logits[id] = float.NegativeInfinity;
    }
}
