using Bloomery.Engine.Sampling;
using Bloomery.Formats;
using Bloomery.Models.Config;

namespace Bloomery.Engine.Generation;

/// <summary>
/// What a model's own advice asks for and cannot have: numbers out of their range, token ids that the model does not have.
/// The message names file, key, value and range.
/// </summary>
internal static class AdviceChecks
{
    /// <summary>Refuses numbers that are out of their range, unless the caller gives others.</summary>
    /// <param name="advice">What the file says.</param>
    /// <param name="own">What the caller says.</param>
    /// <param name="file">The file.</param>
    /// <exception cref="ModelFormatException">One is, and it would be used.</exception>
    public static void RequireRanges(SamplingOptions advice, SamplingOptions own, string? file)
    {
        foreach (SamplingProblem problem in SamplingParameters.Check(advice))
        {
            if (SamplingParameters.All.Any(known => known.Property == problem.Property && known.Read(own) is not null)) continue;
            string key = problem.Parameter == "min_tokens" ? "min_new_tokens" : problem.Parameter.Split('[')[0];
            throw new ModelFormatException(file ?? "the model's defaults", key, null, problem.Reason);
        }
    }

    /// <summary>A least length that cannot be, or null.</summary>
    public static (string File, string Key, string Problem)? MinLength(ModelConfig config) =>
        config.IntOrNull("min_length") is < 0 and int least ? (config.File, "min_length", $"must be at least 0, not {least}") : null;

    /// <summary>The first token id that is none of the model's, or null.</summary>
    public static (string File, string Key, string Problem)? Outside(GenerationDefaults advice, int vocabulary)
    {
        SamplingOptions sampling = advice.Sampling;
        (string Key, IEnumerable<int>? Ids)[] all =
        [
            ("eos_token_id", advice.EndIds), ("decoder_start_token_id", One(advice.DecoderStartId)),
            ("forced_bos_token_id", One(sampling.ForcedBosId)), ("forced_eos_token_id", sampling.ForcedEosIds),
            ("suppress_tokens", sampling.SuppressedIds), ("begin_suppress_tokens", sampling.BeginSuppressedIds),
            ("bad_words_ids", sampling.BadWords?.SelectMany(ids => ids)), ("sequence_bias", sampling.SequenceBias?.SelectMany(bias => bias.Ids)),
        ];
        foreach ((string key, IEnumerable<int>? ids) in all)
            foreach (int id in ids ?? [])
                if ((uint)id >= (uint)vocabulary)
                    return (advice.Source!, key, $"names the token id {id}, outside the vocabulary of {vocabulary}; mend or remove the key");
        return null;
    }

    private static IEnumerable<int> One(int? id) => id is { } one ? [one] : [];
}
