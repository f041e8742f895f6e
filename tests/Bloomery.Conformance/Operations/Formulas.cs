using Bloomery.Models.Planning;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Conformance.Operations;

/// <summary>The published formulas in double precision, one row at a time: what operations are compared with.</summary>
internal static class Formulas
{
    /// <summary>W x, W as rows of x's width.</summary>
    public static double[] Product(float[] weights, double[] x) => [.. weights.Chunk(x.Length).Select(row => row.Select((w, i) => w * x[i]).Sum())];

    public static double[] Softmax(double[] x)
    {
        double max = x.Max(), sum = x.Sum(v => Math.Exp(v - max));
        return [.. x.Select(v => Math.Exp(v - max) / sum)];
    }

    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    public static double Silu(double x) => x * Sigmoid(x);

    /// <summary>x / sqrt(mean(x^2) + epsilon) * gain, over each run of <paramref name="size"/> elements.</summary>
    public static double[] RmsNorm(double[] x, float[] gain, double epsilon, int size) =>
        [.. x.Chunk(size).SelectMany((run, g) => run
            .Select((v, i) => v / Math.Sqrt(run.Average(u => u * u) + epsilon) * gain[gain.Length == size ? i : g * size + i]))];

    /// <summary>(x - mean) / sqrt(variance + epsilon) over each run of <paramref name="size"/> elements.</summary>
    public static double[] LayerNorm(double[] x, double epsilon, int size) =>
        [.. x.Chunk(size).SelectMany(run => run
            .Select(v => (v - run.Average()) / Math.Sqrt(run.Average(u => (u - run.Average()) * (u - run.Average())) + epsilon)))];

    /// <summary>Turns each head's first <paramref name="dimensions"/> elements by position * theta^(-2j/dimensions).</summary>
    public static double[] Rope(double[] x, int headDim, int dimensions, double theta, int position, bool interleaved, double factor)
    {
        double[] y = [.. x];
        for (int head = 0; head < x.Length; head += headDim)
            for (int j = 0; j < dimensions / 2; j++)
            {
                double angle = position * Math.Pow(theta, -2.0 * j / dimensions), cos = Math.Cos(angle) * factor, sin = Math.Sin(angle) * factor;
                int a = head + (interleaved ? 2 * j : j), b = head + (interleaved ? 2 * j + 1 : j + dimensions / 2);
                (y[a], y[b]) = (x[a] * cos - x[b] * sin, x[a] * sin + x[b] * cos);
            }
        return y;
    }

    /// <summary>The weighted sum of down(silu(gate x) * up x) over the chosen experts.</summary>
    public static double[] Experts(double[] x, float[] router, ExpertSpec spec, float[][] gates, float[][] ups, float[][] downs)
    {
        double[] logits = Product(router, x), scores = spec.Sigmoid ? [.. logits.Select(Sigmoid)] : Softmax(logits);
        double[] choice = [.. scores.Select((s, e) => s + (spec.SelectionBias?[e] ?? 0))];
        int size = spec.Experts / spec.Groups;
        int[] groups = [.. Enumerable.Range(0, spec.Groups)
            .OrderByDescending(g => choice.Skip(g * size).Take(size).OrderDescending().Take(spec.GroupByTopTwo ? 2 : 1).Sum())
            .Take(spec.GroupsUsed)];
        int[] chosen = [.. Enumerable.Range(0, spec.Experts).Where(e => groups.Contains(e / size)).OrderByDescending(e => choice[e]).Take(spec.Used)];
        double divisor = spec.Normalize ? chosen.Sum(e => scores[e]) + spec.NormalizeEpsilon : 1;
        double[] y = new double[x.Length];
        foreach (int e in chosen)
        {
            double[] gate = Product(gates[e], x), up = Product(ups[e], x), down = Product(downs[e], [.. gate.Select((g, i) => Silu(g) * up[i])]);
            for (int i = 0; i < y.Length; i++) y[i] += down[i] * scores[e] * spec.Scale / divisor;
        }
        return y;
    }

    /// <summary>softmax over the visible keys of the row's own sequence, one head after another.</summary>
    /// <param name="q">(rows, heads * dim)</param>
    /// <param name="k">(rows, kv heads * dim)</param>
    /// <param name="v">(rows, kv heads * dim)</param>
    /// <param name="row">Which row attends.</param>
    /// <param name="spec">How.</param>
    public static double[] Attention(double[][] q, double[][] k, double[][] v, int row, AttentionSpec spec)
    {
        List<double> y = [];
        int position = Bench.Positions[row];
        int[] own = [.. Enumerable.Range(0, Bench.Rows).Where(r => r < 5 == row < 5)];
        for (int head = 0; head < spec.Heads; head++)
        {
            int kv = head / (spec.Heads / spec.KvHeads), dim = spec.KeyDim;
            int[] seen = [.. own.Where(r => Bench.Positions[r] > (long)position - spec.Before && Bench.Positions[r] < (long)position + spec.After)];
            double[] weights = Softmax([.. seen.Select(r =>
            {
                double score = Enumerable.Range(0, dim).Sum(i => q[row][head * dim + i] * k[r][kv * dim + i]) * spec.Scale
                    + spec.AlibiScale * (spec.Slopes?[head] ?? 0) * Bench.Positions[r];
                return spec.SoftCap > 0 ? spec.SoftCap * Math.Tanh(score / spec.SoftCap) : score;
            })]);
            y.AddRange(Enumerable.Range(0, spec.ValueDim).Select(i => seen.Select((r, n) => weights[n] * v[r][kv * spec.ValueDim + i]).Sum()));
        }
        return [.. y];
    }
}
