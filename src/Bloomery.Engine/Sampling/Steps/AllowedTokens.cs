using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>Removes every token that is not in a list; null allows all.</summary>
[Key("allowed_tokens")]
internal sealed class AllowedTokens(IReadOnlyList<int>? ids) : LogitStep
{
    private readonly int[]? _ids = ids is null ? null : [.. ids.Distinct().Order()];

    /// <summary>As the options say.</summary>
    public AllowedTokens(SamplingOptions options) : this(options.AllowedIds) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.BadWords;

    /// <inheritdoc/>
    public override bool IsNeutral => _ids is null;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context)
    {
        int next = 0; // everything below it is settled
        foreach (int id in _ids!)
        {
            if ((uint)id >= (uint)logits.Length) continue;
            logits[next..id].Fill(float.NegativeInfinity);
            next = id + 1;
        }
        logits[next..].Fill(float.NegativeInfinity);
    }
}
