namespace Bloomery.Engine.Stopping;

/// <summary>
/// What ends a sequence: token ids, strings, lengths. Which ids may not be chosen yet is the business of <see cref="Sampling.Steps.MinTokens"/>.
/// </summary>
internal sealed record StopRules
{
    private readonly int[] _endIds = [];
    private readonly string[] _stopStrings = [];

    /// <summary>Tokens that end the text: the model's own, unless they are to be ignored, and the request's.</summary>
    public IReadOnlyList<int> EndIds { get => _endIds; init => _endIds = [.. value]; }

    /// <summary>Strings that end the text and do not belong to it.</summary>
    /// <exception cref="ArgumentException">One of them is empty.</exception>
    public IReadOnlyList<string> StopStrings
    {
        get => _stopStrings;
        init
        {
            foreach (string stop in value) ArgumentException.ThrowIfNullOrEmpty(stop, nameof(StopStrings));
            _stopStrings = [.. value];
        }
    }

    /// <summary>Stop strings count only from this many tokens on.</summary>
    public int MinTokens { get; init; }

    /// <summary>The most tokens to generate; null for as many as the context holds.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Whether a sequence ends with its newest token.</summary>
    /// <param name="id">The newest token.</param>
    /// <param name="generated">The number of tokens generated, the newest included.</param>
    /// <param name="room">How many more tokens the context holds.</param>
    public FinishReason? After(int id, int generated, int room = int.MaxValue)
    {
        if (Array.IndexOf(_endIds, id) >= 0) return FinishReason.Stop;
        return generated >= MaxTokens || room <= 0 ? FinishReason.Length : null;
    }

    /// <summary>Whether a stop string may end the text now.</summary>
    /// <param name="generated">The number of tokens generated, the newest included.</param>
    public bool StringsCount(int generated) => generated > MinTokens || MinTokens == 0;
}
