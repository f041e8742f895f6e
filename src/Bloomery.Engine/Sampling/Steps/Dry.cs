using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>
/// DRY ("don't repeat yourself", github.com/oobabooga/text-generation-webui pull 5677): a token that would prolong a repeat
/// of the last n tokens loses <c>multiplier * growth^(n - allowedLength)</c>, n being its longest repeat.
/// </summary>
[Key("dry")]
internal sealed class Dry(float multiplier, float growth = 1.75f, int allowedLength = 2, IReadOnlyList<int>? breakers = null) : LogitStep
{
    private const int LongestRepeat = 50;
    private readonly HashSet<int> _breakers = [.. breakers ?? []];

    /// <summary>As the options say.</summary>
    public Dry(SamplingOptions options)
        : this(options.DryMultiplier ?? 0, options.DryBase ?? 1.75f, options.DryAllowedLength ?? 2, options.DrySequenceBreakers) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.Dry;

    /// <inheritdoc/>
    public override bool IsNeutral => multiplier == 0;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context)
    {
        ReadOnlySpan<int> history = context.History;
        int reach = ReachOf(history);
        if (reach < allowedLength) return;

        Span<int> longest = context.Scratch.Marks[..logits.Length];
        int last = history.Length - 1;
        for (int end = 0; end < last; end++)
        {
            int repeat = 0;
            while (repeat < reach && repeat <= end && history[end - repeat] == history[last - repeat]) repeat++;
            int next = history[end + 1];
            if (repeat >= allowedLength && (uint)next < (uint)longest.Length) longest[next] = Math.Max(longest[next], repeat);
        }
        foreach (int id in history)
        {
            if ((uint)id >= (uint)longest.Length || longest[id] == 0) continue;
            logits[id] -= multiplier * MathF.Pow(growth, longest[id] - allowedLength);
            longest[id] = 0;
        }
    }

    // How many tokens back a repeat may reach: no further than the last breaker.
    private int ReachOf(ReadOnlySpan<int> history)
    {
        int reach = 0;
        while (reach < LongestRepeat && reach < history.Length && !_breakers.Contains(history[^(reach + 1)])) reach++;
        return reach;
    }
}
