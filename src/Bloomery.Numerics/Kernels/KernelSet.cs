namespace Bloomery.Numerics.Kernels;

/// <summary>
/// One tier of kernels: the arithmetic under every operation. Methods work on what they are given, on the calling thread; operations divide the work.
/// </summary>
/// <remarks>Every tier computes the same formulas as the reference tier, which is the specification; a test compares them by enumeration.</remarks>
internal abstract class KernelSet
{
    /// <summary>The tier's key: <c>reference</c>, <c>portable</c>, ...</summary>
    public abstract string Name { get; }

    /// <summary>The key and what it amounts to on this machine: <c>portable, 512-bit vectors</c>.</summary>
    public virtual string Description => Name;

    /// <summary>The processor feature that the tier needs and this machine lacks; null when it can run. A tier that cannot run may be made, to ask.</summary>
    public abstract string? MissingFeature { get; }

    /// <summary>Higher is faster: the highest tier that can run is chosen.</summary>
    public abstract int Preference { get; }

    /// <summary>y = x * gain / sqrt(mean(x^2) + epsilon). All spans have one length; y may be x.</summary>
    public abstract void RmsNorm(ReadOnlySpan<float> x, ReadOnlySpan<float> gain, float epsilon, Span<float> y);

    /// <summary>y = (x - mean) / sqrt(variance + epsilon) * gain + bias; gain and bias may be empty (1 and 0); y may be x.</summary>
    public abstract void LayerNorm(ReadOnlySpan<float> x, ReadOnlySpan<float> gain, ReadOnlySpan<float> bias, float epsilon, Span<float> y);

    /// <summary>y = f(x); y may be x.</summary>
    public abstract void Activate(Activation f, ReadOnlySpan<float> x, Span<float> y);

    /// <summary>y = f(gate) * up; y may be either.</summary>
    public abstract void Gate(Activation f, ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> y);

    /// <summary>y = a + b; y may be either.</summary>
    public abstract void Add(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y);

    /// <summary>y = x * factor; y may be x.</summary>
    public abstract void Scale(ReadOnlySpan<float> x, float factor, Span<float> y);

    /// <summary>y += x * factor.</summary>
    public abstract void AddScaled(ReadOnlySpan<float> x, float factor, Span<float> y);

    /// <summary>y = cap * tanh(x / cap); y may be x.</summary>
    public abstract void SoftCap(ReadOnlySpan<float> x, float cap, Span<float> y);

    /// <summary>y = min(max(x, -limit), limit); y may be x.</summary>
    public abstract void Clamp(ReadOnlySpan<float> x, float limit, Span<float> y);

    /// <summary>x becomes its softmax; zeros where every element is -inf.</summary>
    public abstract void Softmax(Span<float> x);

    /// <summary>The sum of a[i] * b[i].</summary>
    public abstract float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b);

    /// <summary>Rotates the first 2 * cos.Length elements of a head (RoPE, arXiv 2104.09864), in place.</summary>
    /// <param name="head">One head; elements past the rotated ones stay.</param>
    /// <param name="cos">(pairs)</param>
    /// <param name="sin">(pairs)</param>
    /// <param name="interleaved">False: element j turns with j + cos.Length. True: 2j with 2j + 1.</param>
    public abstract void Rotate(Span<float> head, ReadOnlySpan<float> cos, ReadOnlySpan<float> sin, bool interleaved);

    /// <summary>Stores one key or value row as <paramref name="type"/>; <paramref name="slot"/> has <see cref="KvLayout.RowBytes"/>.</summary>
    public abstract void StoreKv(ReadOnlySpan<float> row, KvType type, Span<byte> slot);

    /// <summary>This tier's own layout of a weight matrix, made once at load: a copy that is disposable, or the matrix itself where none is needed.</summary>
    public virtual Matrix Prepare(Matrix weights) => weights;

    /// <summary>Bytes of scratch that <see cref="MatMul"/> wants from each thread, for any number of tokens up to <paramref name="tokens"/>.</summary>
    public abstract int MatMulScratchBytes(Matrix weights, int tokens);

    /// <summary>How many rows of <paramref name="weights"/> make one piece of work: depends on shapes only.</summary>
    public abstract int MatMulRowChunk(Matrix weights, int tokens);

    /// <summary>y[t, r] = sum over c of x[t, c] * weights[r, c], for the rows rowBegin to rowEnd only.</summary>
    /// <param name="weights">(Rows, Columns), as <see cref="Prepare"/> returned it.</param>
    /// <param name="x">(tokens, Columns)</param>
    /// <param name="y">(tokens, Rows); only columns rowBegin to rowEnd are written. Other threads write the others.</param>
    /// <param name="tokens">Number of input rows.</param>
    /// <param name="rowBegin">First weight row.</param>
    /// <param name="rowEnd">One past the last weight row.</param>
    /// <param name="scratch">At least <see cref="MatMulScratchBytes"/>, 64-byte aligned.</param>
    public abstract void MatMul(Matrix weights, ReadOnlySpan<float> x, Span<float> y, int tokens, int rowBegin, int rowEnd, Span<byte> scratch);

    /// <summary>Floats of scratch that <see cref="Attend"/> wants.</summary>
    public abstract int AttendScratchFloats(int rows, int keyDim, int valueDim, int pageSlots);

    /// <summary>Adds one page of keys and values to the running softmax of some query rows.</summary>
    public abstract void Attend(in AttentionTile tile, in KvPage page, in AttentionState state, Span<float> scratch);

    /// <summary>Divides by the sums: Output becomes the attention's result (zeros for a row that saw no key), Max its log-sum-exp (-inf there).</summary>
    public abstract void FinishAttention(in AttentionState state, int valueDim);
}
