using System.Runtime.InteropServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Kernels.Reference;

/// <summary>The specification: plain loops in double precision, each result rounded to a float once. Slow, and never removed.</summary>
[Key("reference")]
internal sealed partial class ReferenceKernels : KernelSet
{
    /// <inheritdoc/>
    public override string Name => "reference";

    /// <inheritdoc/>
    public override string? MissingFeature => null;

    /// <inheritdoc/>
    public override int Preference => 0;

    /// <inheritdoc/>
    public override void RmsNorm(ReadOnlySpan<float> x, ReadOnlySpan<float> gain, float epsilon, Span<float> y)
    {
        KernelChecks.Same(x.Length, gain.Length, y.Length);
        double squares = 0;
        foreach (float v in x) squares += (double)v * v;
        double scale = 1 / Math.Sqrt(squares / x.Length + epsilon);
        for (int i = 0; i < x.Length; i++) y[i] = (float)(x[i] * scale * gain[i]);
    }

    /// <inheritdoc/>
    public override void LayerNorm(ReadOnlySpan<float> x, ReadOnlySpan<float> gain, ReadOnlySpan<float> bias, float epsilon, Span<float> y)
    {
        KernelChecks.Same(x.Length, y.Length);
        KernelChecks.SameOrEmpty(x.Length, gain.Length);
        KernelChecks.SameOrEmpty(x.Length, bias.Length);
        double sum = 0, squares = 0;
        foreach (float v in x) sum += v;
        double mean = sum / x.Length;
        foreach (float v in x) squares += (v - mean) * (v - mean);
        double scale = 1 / Math.Sqrt(squares / x.Length + epsilon);
        for (int i = 0; i < x.Length; i++)
        {
            double g = gain.IsEmpty ? 1 : gain[i], b = bias.IsEmpty ? 0 : bias[i];
            y[i] = (float)((x[i] - mean) * scale * g + b);
        }
    }

    /// <inheritdoc/>
    public override void Add(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y)
    {
        KernelChecks.Same(a.Length, b.Length, y.Length);
        for (int i = 0; i < y.Length; i++) y[i] = a[i] + b[i];
    }

    /// <inheritdoc/>
    public override void Scale(ReadOnlySpan<float> x, float factor, Span<float> y)
    {
        KernelChecks.Same(x.Length, y.Length);
        for (int i = 0; i < y.Length; i++) y[i] = x[i] * factor;
    }

    /// <inheritdoc/>
    public override void AddScaled(ReadOnlySpan<float> x, float factor, Span<float> y)
    {
        KernelChecks.Same(x.Length, y.Length);
        for (int i = 0; i < y.Length; i++) y[i] = (float)(y[i] + (double)x[i] * factor);
    }

    /// <inheritdoc/>
    public override void SoftCap(ReadOnlySpan<float> x, float cap, Span<float> y)
    {
        KernelChecks.Same(x.Length, y.Length);
        for (int i = 0; i < y.Length; i++) y[i] = (float)(cap * Math.Tanh(x[i] / (double)cap));
    }

    /// <inheritdoc/>
    public override void Clamp(ReadOnlySpan<float> x, float limit, Span<float> y)
    {
        KernelChecks.Same(x.Length, y.Length);
        for (int i = 0; i < y.Length; i++) y[i] = Math.Min(Math.Max(x[i], -limit), limit);
    }

    /// <inheritdoc/>
    public override void Softmax(Span<float> x)
    {
        float max = float.NegativeInfinity;
        foreach (float v in x) max = Math.Max(max, v);
        if (float.IsNegativeInfinity(max))
        {
            x.Clear();
            return;
        }
        double sum = 0;
        foreach (float v in x) sum += Math.Exp((double)v - max);
        for (int i = 0; i < x.Length; i++) x[i] = (float)(Math.Exp((double)x[i] - max) / sum);
    }

    /// <inheritdoc/>
    public override float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => (float)DotDouble(a, b);

    /// <inheritdoc/>
    public override void Rotate(Span<float> head, ReadOnlySpan<float> cos, ReadOnlySpan<float> sin, bool interleaved)
    {
        KernelChecks.Rotate(head.Length, cos.Length, sin.Length);
        for (int j = 0; j < cos.Length; j++)
        {
            (int first, int second) = interleaved ? (2 * j, 2 * j + 1) : (j, j + cos.Length);
            double a = head[first], b = head[second];
            head[first] = (float)(a * cos[j] - b * sin[j]);
            head[second] = (float)(a * sin[j] + b * cos[j]);
        }
    }

    /// <inheritdoc/>
    public override int MatMulScratchBytes(Matrix weights, int tokens) => checked(weights.Columns * sizeof(float));

    /// <inheritdoc/>
    public override int MatMulRowChunk(Matrix weights, int tokens) => Math.Clamp(weights.Rows / 64, 1, 64);

    /// <inheritdoc/>
    public override void MatMul(Matrix weights, ReadOnlySpan<float> x, Span<float> y, int tokens, int rowBegin, int rowEnd, Span<byte> scratch)
    {
        KernelChecks.MatMul(weights, x.Length, y.Length, tokens, rowBegin, rowEnd, scratch.Length, MatMulScratchBytes(weights, tokens));
        Span<float> row = MemoryMarshal.Cast<byte, float>(scratch)[..weights.Columns];
        for (int r = rowBegin; r < rowEnd; r++)
        {
            weights.Dequantize(r, 1, row);
            for (int t = 0; t < tokens; t++)
                y[t * weights.Rows + r] = (float)DotDouble(x.Slice(t * weights.Columns, weights.Columns), row);
        }
    }

    private static double DotDouble(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        KernelChecks.Same(a.Length, b.Length);
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += (double)a[i] * b[i];
        return sum;
    }
}
