using Bloomery.Numerics.Quantization;

namespace Bloomery.Conversion;

/// <summary>The choices of one mixture for one model. Tensors are asked for layer by layer: the choice depends on how many of a kind came before.</summary>
internal sealed class TypeMixture
{
    private const int ManyExperts = 8, SharedByMany = 4;
    private readonly string _name;
    private readonly BlockFormat _base;
    private readonly ModelShape _model;
    private readonly bool _hasImportance, _tied;
    private readonly int _values;
    private int _value, _down;

    public TypeMixture(string name, BlockFormat format, ModelShape model, bool hasImportance, IReadOnlyCollection<string> tensors)
    {
        (_name, _base, _model, _hasImportance) = (name, format, model, hasImportance);
        _tied = !tensors.Contains("output.weight");
        _values = tensors.Count(t => IsValue(TensorRoles.Of(t)));
    }

    private bool IsFalcon => _model.Architecture == "falcon";

    /// <summary>The type of the next tensor.</summary>
    public BlockFormat Choose(string tensor, long columns)
    {
        TensorRole role = TensorRoles.Of(tensor);
        if (role == TensorRole.Output || (_tied && role == TensorRole.Embedding)) return Output(columns);
        string type = role switch
        {
            TensorRole.Embedding => _name is "tq1_0" or "tq2_0" ? "q4_k" : _base.Name,
            _ when IsValue(role) => Value(_value++),
            TensorRole.Key when _model.Experts == ManyExperts && !IsPlain => "q8_0",
            TensorRole.Down => Down(_model.Experts > 1 && TensorRoles.Layer(tensor) is >= 0 and int layer ? layer : _down++),
            TensorRole.AttentionOutput => AttentionOutput(),
            _ => _base.Name,
        };
        return Named(type);
    }

    private BlockFormat Output(long columns)
    {
        if (IsFalcon || columns % _base.BlockSize != 0) return Named("q8_0");
        return _base.Name == "q8_0" ? _base : Named("q6_k");
    }

    private string Value(int index)
    {
        string type = _name switch
        {
            "q2_k" => _model.QueriesPerKey >= SharedByMany ? "q4_k" : "q3_k",
            "q3_k_m" => index < 2 ? "q5_k" : "q4_k",
            "q3_k_l" => "q5_k",
            "iq4_nl" or "iq4_xs" when _model.QueriesPerKey >= SharedByMany => "q5_k",
            "q4_k_m" or "q5_k_m" when NeedsMoreBits(index, _values) => "q6_k",
            "q4_k_s" when index < 4 => "q5_k",
            _ => _base.Name,
        };
        // Of 80 layers with shared values, these matrices are so small that bits are cheap.
        if (_model is { Layers: 80, QueriesPerKey: > 1, Architecture: "llama" or "qwen2" } && type is "q3_k" or "q4_k" && !IsPlain) type = "q5_k";
        if (_model.Experts == ManyExperts && !IsPlain) type = "q8_0";
        return type;
    }

    private string Down(int layer)
    {
        int layers = _model.Layers;
        bool first = layer < layers / 8;
        return _name switch
        {
            "q2_k" => "q3_k",
            "q3_k_m" => layer < layers / 16 ? "q5_k" : !IsFalcon || NeedsMoreBits(layer, layers) ? "q4_k" : "q3_k",
            "q3_k_l" => IsFalcon ? "q4_k" : "q5_k",
            "q4_k_m" when IsFalcon => layer < layers / 16 ? "q6_k" : NeedsMoreBits(layer, layers) ? "q5_k" : "q4_k",
            "q4_k_m" or "q5_k_m" when NeedsMoreBits(layer, layers) => "q6_k",
            "iq4_nl" or "iq4_xs" when first && !_hasImportance => "q5_k",
            "q4_k_s" when first && !IsFalcon => "q5_k",
            "q4_0" when first && _hasImportance => "q4_1",
            "q5_0" when first && _hasImportance => "q5_1",
            _ => _base.Name,
        };
    }

    private string AttentionOutput()
    {
        if (IsFalcon) return _name == "q3_k_l" ? "q4_k" : _base.Name;
        if (_model.Experts == ManyExperts) return _name is "q2_k" or "q3_k_s" or "q3_k_m" or "iq4_nl" or "q4_k_s" or "q4_k_m" or "iq4_xs" ? "q5_k" : _base.Name;
        return _name switch { "q2_k" => "q3_k", "q3_k_m" => "q4_k", "q3_k_l" => "q5_k", _ => _base.Name };
    }

    /// <summary>A plain K type is the same everywhere; its mixtures are asked for by name.</summary>
    private bool IsPlain => _name is "q3_k" or "q4_k" or "q5_k";

    private static bool IsValue(TensorRole role) => role is TensorRole.Value or TensorRole.Fused or TensorRole.LatentValues;

    /// <summary>The first and last eighth of the layers, and every third between.</summary>
    private static bool NeedsMoreBits(int layer, int layers) => layer < layers / 8 || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2;

    private static BlockFormat Named(string name) =>
        BlockFormat.TryFind(name, out BlockFormat? format) ? format : throw new InvalidOperationException($"no format {name}");
}
