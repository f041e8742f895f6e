using System.Diagnostics;

namespace Bloomery.Benchmarks;

/// <summary>Times rivals in turn, round after round, so that a slow minute of the machine hits all of them, and reports medians.</summary>
internal static class Paired
{
    /// <summary>Median seconds of one call of each rival.</summary>
    /// <param name="rivals">What is compared.</param>
    /// <param name="rounds">Rounds; in each every rival runs for about 30 ms.</param>
    /// <param name="processorTime">Count the processor time of this process instead of the time that passes: for one thread on a busy machine.</param>
    public static double[] Medians(IReadOnlyList<Action> rivals, int rounds, bool processorTime = false)
    {
        double Now() => processorTime ? Environment.CpuUsage.TotalTime.TotalSeconds : Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
        int[] calls = new int[rivals.Count];
        for (int i = 0; i < rivals.Count; i++)
        {
            rivals[i]();
            double start = Now();
            rivals[i]();
            calls[i] = (int)Math.Clamp(0.03 / (Now() - start + 1e-6), 1, 10_000);
        }
        List<double>[] seconds = [.. rivals.Select(_ => new List<double>())];
        for (int round = 0; round < rounds; round++)
            for (int i = 0; i < rivals.Count; i++)
            {
                double start = Now();
                for (int call = 0; call < calls[i]; call++) rivals[i]();
                seconds[i].Add((Now() - start) / calls[i]);
            }
        return [.. seconds.Select(s => s.Order().ElementAt(s.Count / 2))];
    }
}
