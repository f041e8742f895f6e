using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Config;

/// <summary>The reference library's names of activations.</summary>
internal static class Activations
{
    private static readonly Dictionary<string, Activation> ByName = new()
    {
        ["gelu"] = Activation.GeluErf, ["gelu_python"] = Activation.GeluErf,
        ["gelu_new"] = Activation.GeluTanh, ["gelu_pytorch_tanh"] = Activation.GeluTanh, ["gelu_fast"] = Activation.GeluTanh,
        ["gelu_accurate"] = Activation.GeluTanh,
        ["gelu_python_tanh"] = Activation.GeluTanh,
        ["quick_gelu"] = Activation.QuickGelu,
        ["silu"] = Activation.Silu, ["swish"] = Activation.Silu,
        ["relu"] = Activation.Relu, ["relu2"] = Activation.ReluSquared,
        ["tanh"] = Activation.Tanh, ["sigmoid"] = Activation.Sigmoid, ["linear"] = Activation.Identity,
    };

    /// <summary>All names, for messages.</summary>
    public static string Names => string.Join(", ", ByName.Keys);

    /// <summary>The activation of that name, or null.</summary>
    public static Activation? Parse(string name) => ByName.TryGetValue(name, out Activation f) ? f : null;
}
