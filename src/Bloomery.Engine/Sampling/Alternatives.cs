using System.Numerics;

namespace Bloomery.Engine.Sampling;

/// <summary>The likeliest tokens of a row of logits.</summary>
internal static class Alternatives
{
    /// <summary>Fills <paramref name="best"/> with the likeliest tokens, best first, the lower id first on ties.</summary>
    /// <param name="logSumExp">Of <paramref name="logits"/>, see <see cref="LogitMath.LogSumExp"/>.</param>
    /// <returns>How many entries were filled: fewer than asked for only when the vocabulary is smaller.</returns>
    public static int Fill(Span<TokenAlternative> best, ReadOnlySpan<float> logits, double logSumExp)
    {
        if (best.IsEmpty) return 0;
        int count = 0, i = 0;
        while (i < logits.Length)
        {
            int end = Math.Min(i + Vector<float>.Count, logits.Length);
            if (count == best.Length && end - i == Vector<float>.Count
                && !Vector.GreaterThanAny(new Vector<float>(logits[i..]), new Vector<float>(logits[best[^1].Id]))) i = end;
            for (; i < end; i++) Insert(best, ref count, logits, i);
        }
        for (int rank = 0; rank < count; rank++)
            best[rank] = best[rank] with { LogProb = (float)(logits[best[rank].Id] - logSumExp) };
        return count;
    }

    private static void Insert(Span<TokenAlternative> best, ref int count, ReadOnlySpan<float> logits, int id)
    {
        if (count == best.Length)
        {
            if (!(logits[id] > logits[best[^1].Id])) return;
            count--;
        }
        int place = count++;
        for (; place > 0 && logits[id] > logits[best[place - 1].Id]; place--) best[place] = best[place - 1];
        best[place] = new TokenAlternative(id, 0);
    }
}
