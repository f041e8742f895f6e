using System.CommandLine;
using Bloomery.Cli.Framework;
using Bloomery.Engine.Generation;

namespace Bloomery.Cli.Options;

/// <summary>The options of <c>run</c> and <c>chat</c> that say how tokens are chosen and when to end.</summary>
internal sealed class SamplingArguments
{
    /// <summary>The most tokens of an answer.</summary>
    public Option<int?> MaxTokens { get; } = OptionOf.Int("--max-tokens", "The most tokens of the answer (default: until an end token or the full context)",
        least: 1, aliases: "-n");

    /// <summary>Temperature.</summary>
    public Option<float?> Temperature { get; } = OptionOf.Float("--temp",
        "Temperature; 0 always takes the likeliest token (default: the model's, else 1)", 0, 2);

    /// <summary>Nucleus.</summary>
    public Option<float?> TopP { get; } = OptionOf.Float("--top-p", "Keep the likeliest tokens up to this probability (default: the model's, else 1)", 0, 1,
        above: true);

    /// <summary>The k likeliest.</summary>
    public Option<int?> TopK { get; } = OptionOf.Int("--top-k", "Keep the K likeliest tokens; 0 is off (default: the model's, else 0)", value: "K");

    /// <summary>Relative floor.</summary>
    public Option<float?> MinP { get; } = OptionOf.Float("--min-p", "Drop tokens less likely than this times the likeliest; 0 is off", 0, 1);

    /// <summary>Repetition.</summary>
    public Option<float?> RepeatPenalty { get; } = OptionOf.Float("--repeat-penalty", "Divide the logits of tokens that occurred; 1 is off", least: 0,
        above: true);

    /// <summary>Seed.</summary>
    public Option<ulong?> Seed { get; } = OptionOf.Seed("--seed", "The same seed gives the same text (default: another one each time)");

    /// <summary>Stop strings.</summary>
    public Option<string[]> Stop { get; } = OptionOf.TextsNotEmpty("--stop", "TEXT", "End the answer before this text (may be repeated)");

    /// <summary>All of them.</summary>
    public IEnumerable<Symbol> Symbols => [MaxTokens, .. Choices, Stop];

    /// <summary>Those that say how a token is chosen.</summary>
    public IEnumerable<Symbol> Choices => [Temperature, TopP, TopK, MinP, RepeatPenalty, Seed];

    /// <summary>What they mean for a text; what is not given is the model's own advice.</summary>
    public GenerationOptions Options(Call call) => Choice(call) with { MaxTokens = call.Get(MaxTokens), Stop = [.. call.Get(Stop) ?? []] };

    /// <summary>What <see cref="Choices"/> mean.</summary>
    public GenerationOptions Choice(Call call) => new()
    {
        Temperature = call.Get(Temperature),
        TopP = call.Get(TopP),
        TopK = call.Get(TopK),
        MinP = call.Get(MinP),
        RepetitionPenalty = call.Get(RepeatPenalty),
        Seed = call.Get(Seed),
    };
}
