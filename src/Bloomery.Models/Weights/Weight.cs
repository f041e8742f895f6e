using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Weights;

/// <summary>One loaded weight under its canonical (GGUF) name without suffix: a matrix or a gain vector, and perhaps a bias.</summary>
internal sealed class Weight
{
    private readonly IReadOnlyList<Matrix>? _matrices;
    private readonly float[]? _gain;

    /// <summary>Composes a weight from what was loaded as <c>NAME.weight</c> and <c>NAME.bias</c>.</summary>
    public Weight(string name, IReadOnlyList<Matrix>? matrices, float[]? gain, float[]? bias) => (Name, _matrices, _gain, Bias) = (name, matrices, gain, bias);

    /// <summary>Canonical name: <c>blk.3.attn_q</c>.</summary>
    public string Name { get; }

    /// <summary>The matrix of a linear layer or an embedding.</summary>
    public Matrix Matrix => Matrices[0];

    /// <summary>The matrices of a stack: one an expert, or one a head.</summary>
    public IReadOnlyList<Matrix> Matrices => _matrices ?? throw new InvalidOperationException($"{Name} is no matrix");

    /// <summary>The gain of a norm; empty where it has none.</summary>
    public float[] Gain => _gain ?? [];

    /// <summary>The bias, or null.</summary>
    public float[]? Bias { get; }

    /// <summary>What the products of each matrix are multiplied by before the bias is added, or null.</summary>
    public float[]? Scales { get; init; }

    /// <summary>Bytes of all parts.</summary>
    public long ByteLength => (_matrices?.Sum(m => m.ByteLength) ?? 0) + (_gain?.Length ?? 0) * sizeof(float) + (Bias?.Length ?? 0) * sizeof(float);
}
