using Bloomery.Engine.BeamSearch;

namespace Bloomery.Tests.BeamSearch;

/// <summary>
/// The reference's algorithm as plainly as it can be written, with lists and full sorts, following its description: running
/// and finished beams, marks for what just ended, and its three rules for when to stop.
/// </summary>
internal static class PlainBeamSearch
{
    private sealed record Text(int[] Ids, double Sum);

    public static List<(int[] Ids, double Score)> Run(TableModel model, int[] prompt, BeamOptions options) =>
        Run(text => LogProbs(model, [.. prompt, .. text]), options);

    /// <param name="logProbs">The log-probabilities, after bans and penalties, of what follows the generated tokens.</param>
    public static List<(int[] Ids, double Score)> Run(Func<int[], double[]> logProbs, BeamOptions options)
    {
        int width = options.NumBeams, keep = Math.Max(2, 1 + options.EndIds!.Count) * width;
        List<Text> running = [new([], 0)];
        List<(int[] Ids, double Score)> finished = [];
        for (int length = 1; ; length++)
        {
            Text[] best = [.. running.SelectMany(text => logProbs(text.Ids).Select((p, id) => new Text([.. text.Ids, id], text.Sum + p)))
                .Where(text => text.Sum > double.NegativeInfinity).OrderByDescending(text => text.Sum).Take(keep)];
            bool[] ends = [.. best.Select(text => options.EndIds!.Contains(text.Ids[^1]) || length == options.MaxNewTokens)];
            bool frozen = options.EarlyStopping == EarlyStopping.WhenFull && finished.Count == width;
            for (int rank = 0; rank < best.Length && rank < width; rank++)
                if (ends[rank] && !frozen) finished.Add((best[rank].Ids, best[rank].Sum / Math.Pow(length, options.LengthPenalty)));
            finished = [.. finished.OrderByDescending(text => text.Score).Take(width)];
            running = [.. best.Where((_, rank) => !ends[rank]).Take(width)];

            if (running.Count == 0) break;
            if (finished.Count < width) continue;
            if (options.EarlyStopping == EarlyStopping.WhenFull) break;
            int hopedLength = options.EarlyStopping == EarlyStopping.Never && options.LengthPenalty > 0 ? options.MaxNewTokens : length;
            if (running[0].Sum / Math.Pow(hopedLength, options.LengthPenalty) <= finished[^1].Score) break;
        }
        return finished;
    }

    private static double[] LogProbs(TableModel model, int[] text)
    {
        float[] logits = model.LogitsAfter(text);
        double max = logits.Max(), logSum = max + Math.Log(logits.Sum(z => Math.Exp(z - max)));
        return [.. logits.Select(z => z - logSum)];
    }
}
