namespace Bloomery.Engine.Scoring;

/// <summary>The windows over a text of which perplexity is the mean: they start at 0, S, 2S, ... and end with the one that reaches the end.</summary>
internal static class PerplexityWindows
{
    /// <summary>Divides <paramref name="tokens"/> tokens.</summary>
    /// <param name="tokens">Tokens of the text.</param>
    /// <param name="context">Tokens of a window.</param>
    /// <param name="stride">From one window's begin to the next one's.</param>
    /// <param name="scoreFrom">Only positions in the window from here on are scored.</param>
    /// <returns>Windows; each token is scored at most once, and never the first of a window.</returns>
    public static IEnumerable<PerplexityWindow> Divide(int tokens, int context, int stride, int scoreFrom = 0)
    {
        int scored = 0; // tokens before this index were scored or passed over as context
        for (long begin = 0; begin < tokens; begin += stride)
        {
            int start = (int)begin, end = (int)Math.Min(tokens, begin + context);
            int first = Math.Max(Math.Max(start + Math.Max(1, scoreFrom), scored), start + 1);
            yield return new PerplexityWindow(start, end, Math.Min(first, end));
            scored = Math.Max(scored, end);
            if (end == tokens) yield break;
        }
    }
}
