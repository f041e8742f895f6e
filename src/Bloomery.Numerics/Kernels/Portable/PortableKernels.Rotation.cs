using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Bloomery.Numerics.Kernels.Portable;

internal abstract unsafe partial class PortableKernels<TWidth, TVector>
{
    /// <inheritdoc/>
    public override void Rotate(Span<float> head, ReadOnlySpan<float> cos, ReadOnlySpan<float> sin, bool interleaved)
    {
        KernelChecks.Rotate(head.Length, cos.Length, sin.Length);
        fixed (float* h = head, c = cos, s = sin)
            if (interleaved) RotateNeighbours(h, c, s, cos.Length);
            else RotateHalves(h, c, s, cos.Length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RotateHalves(float* head, float* cos, float* sin, int pairs)
    {
        int j = 0;
        for (; j <= pairs - TWidth.Count; j += TWidth.Count)
        {
            TVector a = TWidth.Load(head + j), b = TWidth.Load(head + j + pairs), c = TWidth.Load(cos + j), s = TWidth.Load(sin + j);
            TWidth.Store(TWidth.Subtract(TWidth.Multiply(a, c), TWidth.Multiply(b, s)), head + j);
            TWidth.Store(TWidth.MultiplyAdd(a, s, TWidth.Multiply(b, c)), head + j + pairs);
        }
        for (; j < pairs; j++) Turn(head, j, j + pairs, cos[j], sin[j]);
    }

    /// <summary>Two pairs at a time: (a0 b0 a1 b1) * (c0 c0 c1 c1) + (b0 a0 b1 a1) * (-s0 s0 -s1 s1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RotateNeighbours(float* head, float* cos, float* sin, int pairs)
    {
        int j = 0;
        for (; j <= pairs - 2; j += 2)
        {
            Vector128<float> v = Vector128.Load(head + 2 * j), swapped = Vector128.Shuffle(v, Vector128.Create(1, 0, 3, 2));
            Vector128<float> c = Vector128.Create(cos[j], cos[j], cos[j + 1], cos[j + 1]), s = Vector128.Create(-sin[j], sin[j], -sin[j + 1], sin[j + 1]);
            Vector128.Store(v * c + swapped * s, head + 2 * j);
        }
        for (; j < pairs; j++) Turn(head, 2 * j, 2 * j + 1, cos[j], sin[j]);
    }

    private static void Turn(float* head, int first, int second, float cos, float sin)
    {
        float a = head[first], b = head[second];
        head[first] = a * cos - b * sin;
        head[second] = a * sin + b * cos;
    }
}
