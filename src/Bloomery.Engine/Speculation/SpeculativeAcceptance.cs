namespace Bloomery.Engine.Speculation;

/// <summary>
/// Lossless acceptance of drafted tokens (Leviathan et al. 2023, arXiv 2211.17192; Chen et al. 2023, arXiv 2302.01318): what
/// is kept is distributed as if the target alone had chosen it.
/// </summary>
internal static class SpeculativeAcceptance
{
    /// <summary>The probability with which <paramref name="token"/> is accepted: min(1, target / draft).</summary>
    /// <param name="target">(vocabulary), the probabilities the target would draw from, after temperature and truncation.</param>
    /// <param name="draft">(vocabulary), those that the token was drawn from.</param>
    public static double Probability(ReadOnlySpan<double> target, ReadOnlySpan<double> draft, int token) =>
        target[token] >= draft[token] ? 1 : target[token] / draft[token];

    /// <summary>Whether a token is kept, given a uniform number <paramref name="u"/> in [0, 1).</summary>
    /// <remarks>A token the target never draws is refused even when <paramref name="u"/> is 0.</remarks>
    public static bool Accepts(ReadOnlySpan<double> target, ReadOnlySpan<double> draft, int token, double u) =>
        target[token] > 0 && u <= Probability(target, draft, token);

    /// <summary>How often drafted tokens are accepted: the sum of min(target, draft), one minus their total variation distance.</summary>
    public static double Rate(ReadOnlySpan<double> target, ReadOnlySpan<double> draft)
    {
        double rate = 0;
        for (int i = 0; i < target.Length; i++) rate += Math.Min(target[i], draft[i]);
        return rate;
    }

    /// <summary>What to draw from after a refusal: max(target - draft, 0), normalised; the target itself where nothing is left.</summary>
    /// <param name="residual">(vocabulary); may be the same memory as either input.</param>
    public static void Residual(ReadOnlySpan<double> target, ReadOnlySpan<double> draft, Span<double> residual)
    {
        double sum = 0;
        for (int i = 0; i < target.Length; i++) sum += Math.Max(target[i] - draft[i], 0);
        if (sum <= 0)
        {
            target.CopyTo(residual);
            return;
        }
        for (int i = 0; i < target.Length; i++) residual[i] = Math.Max(target[i] - draft[i], 0) / sum;
    }

    /// <summary>Judges a run of drafted tokens.</summary>
    /// <param name="target">(tokens + 1, vocabulary): the target's distributions at every drafted position and the one after.</param>
    /// <param name="draft">(tokens, vocabulary).</param>
    /// <param name="tokens">The drafted tokens.</param>
    /// <param name="u">(tokens), uniform numbers.</param>
    /// <param name="next">(vocabulary), overwritten with the distribution of the token that follows the accepted ones.</param>
    /// <returns>How many tokens, from the first on, are accepted.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit one another.</exception>
    public static int Accept(ReadOnlySpan<double> target, ReadOnlySpan<double> draft, ReadOnlySpan<int> tokens, ReadOnlySpan<double> u, Span<double> next)
    {
        int vocabulary = next.Length;
        if (target.Length != (tokens.Length + 1) * vocabulary || draft.Length != tokens.Length * vocabulary || u.Length < tokens.Length)
            throw new ArgumentException(
                $"{tokens.Length} drafted tokens over a vocabulary of {vocabulary} need {tokens.Length + 1} target and {tokens.Length} draft "
                + "rows and as many uniform numbers");

        for (int i = 0; i < tokens.Length; i++)
        {
            ReadOnlySpan<double> p = target.Slice(i * vocabulary, vocabulary), q = draft.Slice(i * vocabulary, vocabulary);
            if (Accepts(p, q, tokens[i], u[i])) continue;
            Residual(p, q, next);
            return i;
        }
        target[^vocabulary..].CopyTo(next);
        return tokens.Length;
    }
}
