namespace Bloomery.Cli.Bench;

/// <summary>One measured combination.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Kernels">The kernel tier.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Prompt">Prompt tokens processed per sequence.</param>
/// <param name="Generated">Tokens generated per sequence.</param>
/// <param name="Depth">Tokens in the cache beforehand.</param>
/// <param name="Batch">Sequences decoded together.</param>
/// <param name="KvType">Element types of the cache.</param>
/// <param name="Samples">Tokens per second of each repetition.</param>
internal sealed record BenchRow(string Model, string Kernels, int Threads, int Prompt, int Generated, int Depth, int Batch, string KvType, double[] Samples)
{
    /// <summary>The median of the samples.</summary>
    public double Median => Quantile(0.5);

    /// <summary>Half the distance between the quartiles, which outliers do not move.</summary>
    public double Spread => (Quantile(0.75) - Quantile(0.25)) / 2;

    /// <summary>The short name of the test, as llama-bench spells it: <c>pp512</c>, <c>tg128</c>, <c>pp512+tg128 @ d1024</c>.</summary>
    public string Test
    {
        get
        {
            string name = string.Join('+', new[] { Prompt > 0 ? $"pp{Prompt}" : "", Generated > 0 ? $"tg{Generated}" : "" }.Where(part => part.Length > 0));
            return name + (Batch > 1 ? $" x{Batch}" : "") + (Depth > 0 ? $" @ d{Depth}" : "");
        }
    }

    private double Quantile(double q)
    {
        double[] sorted = [.. Samples.Order()];
        if (sorted.Length == 0) return 0;
        double at = q * (sorted.Length - 1);
        int below = (int)at;
        return below + 1 < sorted.Length ? sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
    }
}
