namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>
/// The tier for any processor: float arithmetic on .NET's own vectors, without instructions of one kind of processor and without rounding activations.
/// </summary>
/// <remarks>
/// The vector width is a type parameter; <see cref="Portable512"/>, <see cref="Portable256"/> and <see cref="Portable128"/> name the three.
/// A result never depends on how many tokens share a call or on which rows a call covers.
/// </remarks>
internal abstract partial class PortableKernels<TWidth, TVector> : KernelSet
    where TWidth : IWidth<TVector>
    where TVector : struct
{
    /// <inheritdoc/>
    public override string Description => $"{Name}: float arithmetic on vectors of {TWidth.Count * 32} bits";

    /// <inheritdoc/>
    public override void RmsNorm(ReadOnlySpan<float> x, ReadOnlySpan<float> gain, float epsilon, Span<float> y)
    {
        KernelChecks.Same(x.Length, gain.Length, y.Length);
        float scale = 1 / MathF.Sqrt(Reductions<TWidth, TVector>.Dot(x, x) / x.Length + epsilon);
        Elementwise<TWidth, TVector>.Zip(new Functions<TWidth, TVector>.ScaleBy(scale), x, gain, y);
    }

    /// <inheritdoc/>
    public override void LayerNorm(ReadOnlySpan<float> x, ReadOnlySpan<float> gain, ReadOnlySpan<float> bias, float epsilon, Span<float> y)
    {
        KernelChecks.Same(x.Length, y.Length);
        KernelChecks.SameOrEmpty(x.Length, gain.Length);
        KernelChecks.SameOrEmpty(x.Length, bias.Length);
        float mean = Reductions<TWidth, TVector>.Sum(x) / x.Length;
        float scale = 1 / MathF.Sqrt(Reductions<TWidth, TVector>.SquaredDeviations(x, mean) / x.Length + epsilon);
        Elementwise<TWidth, TVector>.Map(new Functions<TWidth, TVector>.Standardize(mean, scale), x, y);
        if (!gain.IsEmpty) Elementwise<TWidth, TVector>.Zip(default(Functions<TWidth, TVector>.Multiply), y, gain, y);
        if (!bias.IsEmpty) Add(y, bias, y);
    }

    /// <inheritdoc/>
    public override void Activate(Activation f, ReadOnlySpan<float> x, Span<float> y)
    {
        switch (f)
        {
            case Activation.Identity: Elementwise<TWidth, TVector>.Map(default(Functions<TWidth, TVector>.Identity), x, y); break;
            case Activation.Relu: Elementwise<TWidth, TVector>.Map(default(Functions<TWidth, TVector>.Relu), x, y); break;
            case Activation.ReluSquared: Elementwise<TWidth, TVector>.Map(default(Functions<TWidth, TVector>.ReluSquared), x, y); break;
            case Activation.Silu: Elementwise<TWidth, TVector>.Map(default(Functions<TWidth, TVector>.Silu), x, y); break;
            case Activation.GeluErf: Elementwise<TWidth, TVector>.Map(default(Functions<TWidth, TVector>.GeluErf), x, y); break;
            case Activation.GeluTanh: Elementwise<TWidth, TVector>.Map(default(Functions<TWidth, TVector>.GeluTanh), x, y); break;
            case Activation.QuickGelu: Elementwise<TWidth, TVector>.Map(default(Functions<TWidth, TVector>.QuickGelu), x, y); break;
            case Activation.Tanh: Elementwise<TWidth, TVector>.Map(default(Functions<TWidth, TVector>.Tanh), x, y); break;
            case Activation.Sigmoid: Elementwise<TWidth, TVector>.Map(default(Functions<TWidth, TVector>.Sigmoid), x, y); break;
            default: throw new ArgumentOutOfRangeException(nameof(f));
        }
    }

    /// <inheritdoc/>
    public override void Gate(Activation f, ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> y)
    {
        switch (f)
        {
            case Activation.Identity: GateBy<Functions<TWidth, TVector>.Identity>(gate, up, y); break;
            case Activation.Relu: GateBy<Functions<TWidth, TVector>.Relu>(gate, up, y); break;
            case Activation.ReluSquared: GateBy<Functions<TWidth, TVector>.ReluSquared>(gate, up, y); break;
            case Activation.Silu: GateBy<Functions<TWidth, TVector>.Silu>(gate, up, y); break;
            case Activation.GeluErf: GateBy<Functions<TWidth, TVector>.GeluErf>(gate, up, y); break;
            case Activation.GeluTanh: GateBy<Functions<TWidth, TVector>.GeluTanh>(gate, up, y); break;
            case Activation.QuickGelu: GateBy<Functions<TWidth, TVector>.QuickGelu>(gate, up, y); break;
            case Activation.Tanh: GateBy<Functions<TWidth, TVector>.Tanh>(gate, up, y); break;
            case Activation.Sigmoid: GateBy<Functions<TWidth, TVector>.Sigmoid>(gate, up, y); break;
            default: throw new ArgumentOutOfRangeException(nameof(f));
        }
    }

    /// <inheritdoc/>
    public override void Add(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y) =>
        Elementwise<TWidth, TVector>.Zip(default(Functions<TWidth, TVector>.Add), a, b, y);

    /// <inheritdoc/>
    public override void Scale(ReadOnlySpan<float> x, float factor, Span<float> y) =>
        Elementwise<TWidth, TVector>.Map(new Functions<TWidth, TVector>.Scale(factor), x, y);

    /// <inheritdoc/>
    public override void AddScaled(ReadOnlySpan<float> x, float factor, Span<float> y) =>
        Elementwise<TWidth, TVector>.Zip(new Functions<TWidth, TVector>.AddScaled(factor), x, y, y);

    /// <inheritdoc/>
    public override void SoftCap(ReadOnlySpan<float> x, float cap, Span<float> y) =>
        Elementwise<TWidth, TVector>.Map(new Functions<TWidth, TVector>.SoftCap(cap), x, y);

    /// <inheritdoc/>
    public override void Clamp(ReadOnlySpan<float> x, float limit, Span<float> y) =>
        Elementwise<TWidth, TVector>.Map(new Functions<TWidth, TVector>.Clamp(limit), x, y);

    /// <inheritdoc/>
    public override void Softmax(Span<float> x)
    {
        float max = Reductions<TWidth, TVector>.Max(x);
        if (float.IsNegativeInfinity(max))
        {
            foreach (ref float v in x) v = float.IsNaN(v) ? v : 0;
            return;
        }
        Elementwise<TWidth, TVector>.Map(new Functions<TWidth, TVector>.ExpBelow(max), x, x);
        Scale(x, 1 / Reductions<TWidth, TVector>.Sum(x), x);
    }

    /// <inheritdoc/>
    public override float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => Reductions<TWidth, TVector>.Dot(a, b);

    private static void GateBy<TFunction>(ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> y) where TFunction : struct, IUnary<TVector> =>
        Elementwise<TWidth, TVector>.Zip(default(Functions<TWidth, TVector>.Gate<TFunction>), gate, up, y);
}
