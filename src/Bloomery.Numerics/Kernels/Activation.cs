namespace Bloomery.Numerics.Kernels;

/// <summary>Element-wise non-linearities, with the exact forms of the reference library.</summary>
internal enum Activation
{
    /// <summary>x</summary>
    Identity,

    /// <summary>max(x, 0)</summary>
    Relu,

    /// <summary>max(x, 0)^2</summary>
    ReluSquared,

    /// <summary>x * sigmoid(x)</summary>
    Silu,

    /// <summary>x * Phi(x), by the error function</summary>
    GeluErf,

    /// <summary>0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))</summary>
    GeluTanh,

    /// <summary>x * sigmoid(1.702 x)</summary>
    QuickGelu,

    /// <summary>tanh(x)</summary>
    Tanh,

    /// <summary>1 / (1 + exp(-x))</summary>
    Sigmoid,
}
