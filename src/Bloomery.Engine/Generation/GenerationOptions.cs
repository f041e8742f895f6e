using Bloomery.Engine.Sampling;

namespace Bloomery;

/// <summary>What a caller asks of a generated text; what is null is the model's own default.</summary>
public sealed record GenerationOptions
{
    private SamplingOptions _sampling = new();

    /// <summary>Most tokens to generate; null: until an end token or the full context. Short for the same in <see cref="Sampling"/>.</summary>
    public int? MaxTokens { get => _sampling.MaxTokens; init => _sampling = _sampling with { MaxTokens = value }; }

    /// <summary>Temperature; 0 is greedy. Short for the same in <see cref="Sampling"/>.</summary>
    public float? Temperature { get => _sampling.Temperature; init => _sampling = _sampling with { Temperature = value }; }

    /// <summary>Keeps the most likely tokens whose probabilities sum to this; 1: all. Short for the same in <see cref="Sampling"/>.</summary>
    public float? TopP { get => _sampling.TopP; init => _sampling = _sampling with { TopP = value }; }

    /// <summary>Keeps this many of the most likely tokens; 0: all. Short for the same in <see cref="Sampling"/>.</summary>
    public int? TopK { get => _sampling.TopK; init => _sampling = _sampling with { TopK = value }; }

    /// <summary>Drops tokens less likely than this times the likeliest; 0: none. Short for the same in <see cref="Sampling"/>.</summary>
    public float? MinP { get => _sampling.MinP; init => _sampling = _sampling with { MinP = value }; }

    /// <summary>Divides the logits of tokens that have occurred; 1: not at all. Short for the same in <see cref="Sampling"/>.</summary>
    public float? RepetitionPenalty { get => _sampling.RepetitionPenalty; init => _sampling = _sampling with { RepetitionPenalty = value }; }

    /// <summary>Seed of the random stream; null: another one each time. Short for the same in <see cref="Sampling"/>.</summary>
    public ulong? Seed { get => _sampling.Seed; init => _sampling = _sampling with { Seed = value }; }

    /// <summary>Texts that end the answer; they are not part of it.</summary>
    public IReadOnlyList<string> Stop { get; init => field = value ?? throw new ArgumentNullException(nameof(Stop)); } = [];

    /// <summary>Further ids that end the answer.</summary>
    public IReadOnlyList<int> StopIds { get; init => field = value ?? throw new ArgumentNullException(nameof(StopIds)); } = [];

    /// <summary>Whether end tokens are ordinary tokens.</summary>
    public bool IgnoreEos { get; init; }

    /// <summary>
    /// A system message before a prompt or messages (ids are taken as they are); of a model without a chat template, a paragraph before it. Messages
    /// that begin with a system message of their own exclude it.
    /// </summary>
    public string? System { get; init; }

    /// <summary>Which of the model's chat templates is used; null: its default.</summary>
    public string? TemplateName { get; init; }

    /// <summary>Whether the prompt is fed as it is, without the model's chat template.</summary>
    public bool Raw { get; init; }

    /// <summary>(n, hidden) vectors that precede the text, or empty.</summary>
    public ReadOnlyMemory<float> SoftPrompt { get; init; }

    /// <summary>
    /// A file that keeps the prompt's keys and values: what it shares with this prompt is not computed again, also in another process, and it is
    /// replaced when the prompt goes on. The text is the same with it and without. For decoders; a file of another model, build or type of cache is made anew.
    /// </summary>
    public string? PromptCache { get; init; }

    /// <summary>
    /// A JSON schema that the text fulfils, from its first token on: only what can still become such a value is drawn. A keyword that cannot be
    /// enforced is refused by name.
    /// </summary>
    public string? JsonSchema { get; init; }

    /// <summary>A regular expression (ECMA 262) that the text matches as a whole.</summary>
    public string? Regex { get; init; }

    /// <summary>
    /// Everything that can be sampled by; the short names above are parts of it. What is set here replaces what was set by them; what is left open
    /// stays.
    /// </summary>
    public SamplingOptions Sampling
    {
        get => _sampling;
        init => _sampling = (value ?? throw new ArgumentNullException(nameof(Sampling))).Over(_sampling);
    }

    /// <summary>Refuses what a model cannot honour.</summary>
    /// <param name="vocabulary">The model's token ids are below this.</param>
    /// <exception cref="ArgumentException">Something is out of its range; the message names the property.</exception>
    internal void Validate(int vocabulary)
    {
        for (int i = 0; i < Stop.Count; i++)
            if (string.IsNullOrEmpty(Stop[i]))
                throw new ArgumentException($"Stop[{i}] is {(Stop[i] is null ? "null" : "empty")}: a stop string has at least one character", nameof(Stop));
        if (PromptCache is not null && string.IsNullOrWhiteSpace(PromptCache))
            throw new ArgumentException("PromptCache is empty: name a file, or leave it out", nameof(PromptCache));
        foreach (int id in StopIds)
            if ((uint)id >= (uint)vocabulary)
                throw new ArgumentOutOfRangeException(nameof(StopIds), $"StopIds names token id {id}, which is outside the vocabulary of {vocabulary}");
        _sampling.Validate();
        foreach (SamplingProblem problem in SamplingRules.CheckIds(_sampling, vocabulary))
            throw new ArgumentOutOfRangeException(problem.Property, problem.Message);
    }
}
