using System.Runtime.Intrinsics;

namespace Bloomery.Numerics.Quantization;

/// <summary>The values that codes stand for before scaling, as <see cref="CodeFit"/> needs them.</summary>
internal interface ICodeBook
{
    /// <summary>The least value.</summary>
    float Lowest { get; }

    /// <summary>How far neighbours are apart, about.</summary>
    float Spacing { get; }

    /// <summary>The greatest value.</summary>
    float Highest { get; }

    /// <summary>The nearest value to each lane.</summary>
    Vector256<float> Nearest(Vector256<float> x);
}

/// <summary>All integers from <paramref name="lowest"/> to <paramref name="highest"/>.</summary>
internal readonly struct UniformCodes(int lowest, int highest) : ICodeBook
{
    public float Lowest { get; } = lowest;

    public float Highest { get; } = highest;

    public float Spacing => 1;

    public Vector256<float> Nearest(Vector256<float> x) =>
        Vector256.Min(Vector256.Max(Vector256.Round(x), Vector256.Create(Lowest)), Vector256.Create(Highest));
}
