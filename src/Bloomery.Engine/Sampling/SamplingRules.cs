namespace Bloomery.Engine.Sampling;

/// <summary>The checks that involve lists, or more than one parameter, or the model's vocabulary.</summary>
internal static class SamplingRules
{
    private const float LargestBias = 100;

    public static IEnumerable<SamplingProblem> Check(SamplingOptions o)
    {
        foreach ((int id, float bias) in o.LogitBias)
        {
            if (!(MathF.Abs(bias) <= LargestBias))
                yield return new("LogitBias", "logit_bias",
                    FormattableString.Invariant($"must be between -{LargestBias} and {LargestBias}, not {bias} for token {id}"));
        }
        foreach (TokenSequenceBias sequence in o.SequenceBias ?? [])
        {
            if (sequence.Ids is not { Length: > 0 } || !float.IsFinite(sequence.Bias))
                yield return new("SequenceBias", "sequence_bias", "needs at least one token and a finite bias in every entry");
        }
        foreach (int[] word in o.BadWords ?? [])
        {
            if (word is not { Length: > 0 }) yield return new("BadWords", "bad_words", "holds an entry without tokens");
        }
        if (o.AllowedIds is { Count: 0 })
            yield return new("AllowedIds", "allowed_token_ids", "is empty, so no token could be chosen");
        if (o.MinTokens > o.MaxTokens)
            yield return new("MinTokens", "min_tokens", $"must be at most the {o.MaxTokens} of MaxTokens, not {o.MinTokens}");

        if (o.Mirostat is null or 0) yield break;
        foreach ((string name, bool active) in Truncations(o))
        {
            if (active) yield return new("Mirostat", "mirostat", $"takes the place of {name}: give one of them");
        }
    }

    /// <summary>Ids that the model does not have: a bias or a ban on them would do nothing, without a word.</summary>
    public static IEnumerable<SamplingProblem> CheckIds(SamplingOptions o, int vocabulary)
    {
        (string Property, string Parameter, IEnumerable<int> Ids)[] lists =
        [
            ("LogitBias", "logit_bias", o.LogitBias.Keys),
            ("SuppressedIds", "suppress_tokens", o.SuppressedIds ?? []), ("AllowedIds", "allowed_token_ids", o.AllowedIds ?? []),
            ("BadWords", "bad_words", (o.BadWords ?? []).SelectMany(word => word ?? [])),
            ("SequenceBias", "sequence_bias", (o.SequenceBias ?? []).SelectMany(sequence => sequence.Ids ?? [])),
            ("DrySequenceBreakers", "dry_sequence_breakers", o.DrySequenceBreakers),
            ("ForcedBosId", "forced_bos_token_id", o.ForcedBosId is { } bos ? [bos] : []),
            ("ForcedEosIds", "forced_eos_token_id", o.ForcedEosIds ?? []),
        ];
        foreach ((string property, string parameter, IEnumerable<int> ids) in lists)
            foreach (int id in ids)
                if ((uint)id >= (uint)vocabulary)
                    yield return new(property, parameter, $"names token id {id}, which is outside the vocabulary of {vocabulary}");
    }

    /// <summary>The options without what narrows the choice of a token: beams have no use for it, and mirostat stands in for it.</summary>
    public static SamplingOptions WithoutTruncation(SamplingOptions o) => o with
    {
        TopK = null, TopP = null, MinP = null, TypicalP = null, EpsilonCutoff = null, EtaCutoff = null, TopH = null, XtcProbability = null,
    };

    private static IEnumerable<(string Name, bool Active)> Truncations(SamplingOptions o)
    {
        yield return ("TopK", o.TopK > 0);
        yield return ("TopP", o.TopP < 1);
        yield return ("MinP", o.MinP > 0);
        yield return ("TypicalP", o.TypicalP < 1);
        yield return ("EpsilonCutoff", o.EpsilonCutoff > 0);
        yield return ("EtaCutoff", o.EtaCutoff > 0);
        yield return ("TopH", o.TopH > 0);
        yield return ("XtcProbability", o.XtcProbability > 0);
    }
}
