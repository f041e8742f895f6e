namespace Bloomery.Numerics.Kernels.Reference;

internal sealed partial class ReferenceKernels
{
    /// <inheritdoc/>
    public override void Activate(Activation f, ReadOnlySpan<float> x, Span<float> y)
    {
        KernelChecks.Same(x.Length, y.Length);
        for (int i = 0; i < y.Length; i++) y[i] = (float)Apply(f, x[i]);
    }

    /// <inheritdoc/>
    public override void Gate(Activation f, ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> y)
    {
        KernelChecks.Same(gate.Length, up.Length, y.Length);
        for (int i = 0; i < y.Length; i++) y[i] = (float)(Apply(f, gate[i]) * up[i]);
    }

    /// <summary>f(x) in double precision.</summary>
    internal static double Apply(Activation f, double x) => f switch
    {
        Activation.Identity => x,
        Activation.Relu => Math.Max(x, 0),
        Activation.ReluSquared => Math.Max(x, 0) * Math.Max(x, 0),
        Activation.Silu => x * Sigmoid(x),
        Activation.GeluErf => x * ErrorFunction.NormalCdf(x),
        Activation.GeluTanh => x * Sigmoid(2 * Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)), // (1 + tanh(u)) / 2 = sigmoid(2u)
        Activation.QuickGelu => x * Sigmoid(1.702 * x),
        Activation.Tanh => Math.Tanh(x),
        Activation.Sigmoid => Sigmoid(x),
        _ => throw new ArgumentOutOfRangeException(nameof(f)),
    };

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
