using System.Runtime.CompilerServices;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>The element-wise functions of the portable tier, as structs that <see cref="Elementwise{TWidth, TVector}"/> inlines.</summary>
internal static class Functions<TWidth, TVector>
    where TWidth : IWidth<TVector>
    where TVector : struct
{
    internal readonly struct Identity : IUnary<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Apply(TVector x) => x;
    }

    internal readonly struct Relu : IUnary<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Apply(TVector x) => TWidth.Max(TWidth.Zero, x);
    }

    internal readonly struct ReluSquared : IUnary<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Apply(TVector x)
        {
            TVector positive = TWidth.Max(TWidth.Zero, x);
            return TWidth.Multiply(positive, positive);
        }
    }

    internal readonly struct Silu : IUnary<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Apply(TVector x) => TWidth.Multiply(x, VectorMath<TWidth, TVector>.Sigmoid(x));
    }

    internal readonly struct GeluErf : IUnary<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Apply(TVector x) => TWidth.Multiply(x, VectorMath<TWidth, TVector>.NormalCdf(x));
    }

    internal readonly struct GeluTanh : IUnary<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Apply(TVector x)
        {
            // (1 + tanh(u)) / 2 = sigmoid(2u), u = sqrt(2/pi) (x + 0.044715 x^3)
            TVector cubic = TWidth.MultiplyAdd(TWidth.Multiply(x, x), TWidth.Broadcast(2 * 0.7978845608f * 0.044715f), TWidth.Broadcast(2 * 0.7978845608f));
            return TWidth.Multiply(x, VectorMath<TWidth, TVector>.Sigmoid(TWidth.Multiply(x, cubic)));
        }
    }

    internal readonly struct QuickGelu : IUnary<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Apply(TVector x) => TWidth.Multiply(x, VectorMath<TWidth, TVector>.Sigmoid(TWidth.Multiply(x, TWidth.Broadcast(1.702f))));
    }

    internal readonly struct Tanh : IUnary<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Apply(TVector x) => VectorMath<TWidth, TVector>.Tanh(x);
    }

    internal readonly struct Sigmoid : IUnary<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Apply(TVector x) => VectorMath<TWidth, TVector>.Sigmoid(x);
    }

    internal readonly struct Scale(float factor) : IUnary<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Apply(TVector x) => TWidth.Multiply(x, TWidth.Broadcast(factor));
    }

    internal readonly struct SoftCap(float cap) : IUnary<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Apply(TVector x)
        {
            TVector c = TWidth.Broadcast(cap);
            return TWidth.Multiply(c, VectorMath<TWidth, TVector>.Tanh(TWidth.Divide(x, c)));
        }
    }

    internal readonly struct Clamp(float limit) : IUnary<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Apply(TVector x) => TWidth.Min(TWidth.Broadcast(limit), TWidth.Max(TWidth.Broadcast(-limit), x));
    }

    /// <summary>e^(x - max)</summary>
    internal readonly struct ExpBelow(float max) : IUnary<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Apply(TVector x) => VectorMath<TWidth, TVector>.Exp(TWidth.Subtract(x, TWidth.Broadcast(max)));
    }

    /// <summary>(x - mean) * scale</summary>
    internal readonly struct Standardize(float mean, float scale) : IUnary<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Apply(TVector x) => TWidth.Multiply(TWidth.Subtract(x, TWidth.Broadcast(mean)), TWidth.Broadcast(scale));
    }

    internal readonly struct Add : IBinary<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Apply(TVector a, TVector b) => TWidth.Add(a, b);
    }

    internal readonly struct Multiply : IBinary<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Apply(TVector a, TVector b) => TWidth.Multiply(a, b);
    }

    /// <summary>a * factor + b</summary>
    internal readonly struct AddScaled(float factor) : IBinary<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Apply(TVector a, TVector b) => TWidth.MultiplyAdd(a, TWidth.Broadcast(factor), b);
    }

    /// <summary>x * scale * gain</summary>
    internal readonly struct ScaleBy(float scale) : IBinary<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Apply(TVector x, TVector gain) => TWidth.Multiply(TWidth.Multiply(x, TWidth.Broadcast(scale)), gain);
    }

    /// <summary>f(gate) * up</summary>
    internal readonly struct Gate<TFunction> : IBinary<TVector> where TFunction : struct, IUnary<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Apply(TVector a, TVector b) => TWidth.Multiply(default(TFunction).Apply(a), b);
    }
}
