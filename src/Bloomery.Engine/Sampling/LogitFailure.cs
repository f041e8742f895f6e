namespace Bloomery.Engine.Sampling;

/// <summary>Says why there is no token to choose: the model's fault, or the request's.</summary>
internal static class LogitFailure
{
    /// <summary>What makes a model compute numbers that are none.</summary>
    public const string Causes = "its weights are damaged, or its numbers too large for 16-bit floats (Exact, --exact, computes in 32 bits)";

    /// <summary>The exception for a row from which nothing can be chosen.</summary>
    /// <param name="logits">(vocabulary), as the model gave them.</param>
    /// <param name="position">Of the token that they follow.</param>
    public static InvalidOperationException Of(ReadOnlySpan<float> logits, int position)
    {
        int alive = 0;
        foreach (float logit in logits)
        {
            if (float.IsNaN(logit) || float.IsPositiveInfinity(logit))
                return new InvalidOperationException(
                    $"the model computed {(float.IsNaN(logit) ? "NaN" : "infinity")} instead of logits at position {position}: {Causes}");
            if (logit > float.NegativeInfinity) alive++;
        }
        return new InvalidOperationException(alive == 0
            ? $"the model computed no logits above negative infinity at position {position}: its weights are damaged"
            : "no token is left to choose from: the biases, bans and masks of this request remove all of them");
    }
}
