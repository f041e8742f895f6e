namespace Bloomery.Engine.Sampling;

/// <summary>The checks that involve lists or more than one parameter.</summary>
internal static class SamplingRules
{
    private const float LargestBias = 100;

    public static IEnumerable<SamplingProblem> Check(SamplingOptions o)
    {
        foreach ((int id, float bias) in o.LogitBias)
        {
            if (!(MathF.Abs(bias) <= LargestBias))
                yield return new("logit_bias", $"logit_bias must be between -{LargestBias} and {LargestBias}, but is {bias} for token {id}");
        }
        foreach (TokenSequenceBias sequence in o.SequenceBias)
        {
            if (sequence.Ids is not { Length: > 0 } || !float.IsFinite(sequence.Bias))
                yield return new("sequence_bias", "sequence_bias needs at least one token and a finite bias in every entry");
        }
        foreach (int[] word in o.BadWords)
        {
            if (word is not { Length: > 0 }) yield return new("bad_words", "bad_words holds an entry without tokens");
        }
        if (o.AllowedIds is { Count: 0 })
            yield return new("allowed_token_ids", "allowed_token_ids is empty, so no token could be chosen");
        if (o.MaxTokens is int most && o.MinTokens > most)
            yield return new("min_tokens", $"min_tokens must be at most max_tokens ({most}), but is {o.MinTokens}");

        if (o.Mirostat == 0) yield break;
        foreach ((string name, bool active) in Truncations(o))
        {
            if (active) yield return new("mirostat", $"mirostat takes the place of {name}: give one of them");
        }
    }

    private static IEnumerable<(string Name, bool Active)> Truncations(SamplingOptions o)
    {
        yield return ("top_k", o.TopK > 0);
        yield return ("top_p", o.TopP < 1);
        yield return ("min_p", o.MinP > 0);
        yield return ("typical_p", o.TypicalP < 1);
        yield return ("epsilon_cutoff", o.EpsilonCutoff > 0);
        yield return ("eta_cutoff", o.EtaCutoff > 0);
        yield return ("top_h", o.TopH > 0);
        yield return ("xtc_probability", o.XtcProbability > 0);
    }
}
