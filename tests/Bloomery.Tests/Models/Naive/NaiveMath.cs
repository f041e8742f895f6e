namespace Bloomery.Tests.Models.Naive;

/// <summary>The formulas of the block table in plain double-precision loops over (tokens, columns), for models to be compared with.</summary>
internal static class NaiveMath
{
    public static double GeluErf(double x) => 0.5 * x * (1 + Erf(x / Math.Sqrt(2)));

    public static double GeluTanh(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));

    public static double Silu(double x) => x / (1 + Math.Exp(-x));

    public static double Relu(double x) => Math.Max(x, 0);

    public static double ReluSquared(double x) => x > 0 ? x * x : 0;

    public static double QuickGelu(double x) => x / (1 + Math.Exp(-1.702 * x));

    public static double[][] Map(double[][] x, Func<double, double> f) => [.. x.Select(r => r.Select(f).ToArray())];

    public static double[][] Plus(double[][] a, double[][] b) => [.. a.Zip(b, (r, s) => r.Zip(s, (x, y) => x + y).ToArray())];

    public static double[][] Times(double[][] a, double[][] b) => [.. a.Zip(b, (r, s) => r.Zip(s, (x, y) => x * y).ToArray())];

    /// <summary>x W^T + b, W (outputs, inputs), or (inputs, outputs) if transposed.</summary>
    public static double[][] Linear(double[][] x, float[] weight, float[]? bias, bool transposed = false)
    {
        int inputs = x[0].Length, outputs = weight.Length / inputs;
        return [.. x.Select(row =>
        {
            double[] y = new double[outputs];
            for (int o = 0; o < outputs; o++)
            {
                double sum = bias?[o] ?? 0;
                for (int i = 0; i < inputs; i++) sum += row[i] * weight[transposed ? i * outputs + o : o * inputs + i];
                y[o] = sum;
            }
            return y;
        })];
    }

    /// <summary>A norm of each run of <paramref name="group"/> columns; gain and bias cover a run, or all columns.</summary>
    public static double[][] Norm(double[][] x, bool rms, double epsilon, Func<int, double>? gain, float[]? bias = null, int group = 0) => [.. x.Select(row =>
    {
        int size = group == 0 ? row.Length : group;
        double[] y = new double[row.Length];
        for (int at = 0; at < row.Length; at += size)
        {
            double[] part = row[at..(at + size)];
            double mean = rms ? 0 : part.Average(), variance = part.Average(v => (v - mean) * (v - mean));
            for (int i = 0; i < size; i++)
                y[at + i] = (part[i] - mean) / Math.Sqrt(variance + epsilon) * (gain?.Invoke(at + i) ?? 1) + (bias is null ? 0 : bias[(at + i) % bias.Length]);
        }
        return y;
    })];

    /// <summary>Turns the first 2 * theta.Length elements of each head; row t stands at position t.</summary>
    public static double[][] Rope(double[][] x, int headDim, double[] theta, double factor, bool pairs) => [.. x.Select((row, t) =>
    {
        double[] y = [.. row];
        int m = theta.Length;
        for (int head = 0; head < row.Length; head += headDim)
            for (int j = 0; j < m; j++)
            {
                int a = head + (pairs ? 2 * j : j), b = head + (pairs ? 2 * j + 1 : j + m);
                double cos = Math.Cos(t * theta[j]) * factor, sin = Math.Sin(t * theta[j]) * factor;
                (y[a], y[b]) = (row[a] * cos - row[b] * sin, row[b] * cos + row[a] * sin);
            }
        return y;
    })];

    /// <summary>softmax(score) v for each head; <paramref name="score"/> maps (head, query, key, scaled q.k) to the score, -inf where hidden.</summary>
    public static double[][] Attend(double[][] q, double[][] k, double[][] v, int heads, int kvHeads, double scale, Func<int, int, int, double, double> score)
    {
        int keyDim = q[0].Length / heads, valueDim = v[0].Length / kvHeads;
        double[][] y = [.. q.Select(_ => new double[heads * valueDim])];
        for (int h = 0; h < heads; h++)
            for (int t = 0; t < q.Length; t++)
            {
                int g = h / (heads / kvHeads);
                double[] s = [.. k.Select((key, j) =>
                {
                    double dot = 0;
                    for (int i = 0; i < keyDim; i++) dot += q[t][h * keyDim + i] * key[g * keyDim + i];
                    return score(h, t, j, dot * scale);
                })];
                double max = s.Max(), sum = s.Sum(z => Math.Exp(z - max));
                for (int j = 0; j < s.Length; j++)
                    for (int i = 0; i < valueDim; i++) y[t][h * valueDim + i] += Math.Exp(s[j] - max) / sum * v[j][g * valueDim + i];
            }
        return y;
    }

    /// <summary>The slopes of ALiBi by its own recipe: a series for the largest power of two, every other of the next one's for the rest.</summary>
    public static double[] AlibiSlopes(int heads)
    {
        static double[] Series(int n) => [.. Enumerable.Range(1, n).Select(i => Math.Pow(2, -8.0 * i / n))];
        int power = 1;
        while (2 * power <= heads) power *= 2;
        return [.. Series(power), .. Series(2 * power).Where((_, i) => i % 2 == 0).Take(heads - power)];
    }

    public static double RoundToBFloat16(double x)
    {
        uint bits = BitConverter.SingleToUInt32Bits((float)x);
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
    }

    /// <summary>The error function by its series, good to 1e-12 where it matters here.</summary>
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 5) return Math.Sign(x);
        double term = x, sum = x;
        for (int n = 1; n < 120; n++) sum += (term *= -x * x / n) / (2 * n + 1);
        return 2 / Math.Sqrt(Math.PI) * sum;
    }
}
