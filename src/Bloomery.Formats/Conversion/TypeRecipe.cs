using System.Text.RegularExpressions;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Formats.Conversion;

/// <summary>
/// Which type each tensor of a GGUF file gets: one for all matrices, or one of llama.cpp's mixtures (<c>Q4_K_M</c>, ...), which give
/// more bits to the output, to values and to some down projections. Vectors, norms, routers and tables of positions stay as they are.
/// </summary>
public sealed partial class TypeRecipe
{
    private static readonly string[] Mixtures = ["q3_k_s", "q3_k_m", "q3_k_l", "q4_k_s", "q4_k_m", "q5_k_s", "q5_k_m"];
    private readonly string _name;
    private readonly BlockFormat _base;
    private readonly (string Pattern, BlockFormat Format)[] _overrides;

    private TypeRecipe(string name, BlockFormat format, (string, BlockFormat)[] overrides) => (_name, _base, _overrides) = (name, format, overrides);

    /// <summary>All names that <see cref="Parse"/> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. BlockFormat.All.Where(format => format.CanQuantize).Select(format => format.Name).Concat(Mixtures).Order(StringComparer.Ordinal)];

    /// <summary>llama.cpp's number for the whole file's type, or null where it has none.</summary>
    public int? FileType => _name switch
    {
        "f32" => 0, "f16" => 1, "q4_0" => 2, "q4_1" => 3, "q8_0" => 7, "q5_0" => 8, "q5_1" => 9, "q2_k" => 10,
        "q3_k_s" => 11, "q3_k_m" => 12, "q3_k_l" => 13, "q4_k_s" => 14, "q4_k_m" => 15, "q5_k_s" => 16, "q5_k_m" => 17,
        "q6_k" => 18, "iq4_nl" => 25, "iq4_xs" => 30, "bf16" => 32, "tq1_0" => 36, "tq2_0" => 37,
        _ => null,
    };

    /// <summary>Reads a type or mixture, and overrides <c>PATTERN=TYPE</c> for tensors whose name contains the pattern (<c>*</c> stands for anything).</summary>
    /// <exception cref="ArgumentException">There is no such type, or it cannot be written.</exception>
    public static TypeRecipe Parse(string name, IEnumerable<string>? overrides = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        string key = name.ToLowerInvariant();
        BlockFormat format = Mixtures.Contains(key) ? Format(key[..4]) : Format(key);
        return new TypeRecipe(key, format, [.. (overrides ?? []).Select(ParseOverride)]);
    }

    /// <summary>The type of one tensor.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="layers">Blocks of the model; 0 where unknown.</param>
    /// <param name="tied">Whether the embedding is the output, too.</param>
    public BlockFormat TypeOf(TensorInfo tensor, int layers, bool tied)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        foreach ((string pattern, BlockFormat format) in _overrides)
            if (Matches(tensor.Name, pattern)) return Fitting(format, tensor.RowLength);
        if (!IsMatrix(tensor)) return tensor.Format.BlockSize > 1 ? tensor.Format : BlockFormat.F32;
        return Fitting(Mixtures.Contains(_name) ? Mixed(tensor.Name, layers, tied) : _base, tensor.RowLength);
    }

    private static bool IsMatrix(TensorInfo tensor)
    {
        if (tensor.Shape.Length < 2 || tensor.Shape.Count(size => size > 1) < 2) return false;
        return tensor.Name.EndsWith("weight", StringComparison.Ordinal)
            && !((string[])["norm", "ffn_gate_inp", "position_embd", "token_types", "attn_rel_b"]).Any(part => tensor.Name.Contains(part, StringComparison.Ordinal));
    }

    /// <summary>The mixture's choice: the size letter S, M or L decides how many tensors get more bits than the base.</summary>
    private BlockFormat Mixed(string tensor, int layers, bool tied)
    {
        int layer = LayerPattern().Match(tensor) is { Success: true } match && int.TryParse(match.Groups[1].Value, out int number) ? number : 0;
        bool first = layer < layers / 8, important = first || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2;
        string role = tensor.Split('.') is [.., string last, "weight"] ? last : tensor;
        string type = (_name, role) switch
        {
            (_, "output") => "q6_k",
            (_, "token_embd") => tied ? "q6_k" : _base.Name,
            ("q3_k_m", "attn_v") => layer < 2 ? "q5_k" : "q4_k",
            ("q3_k_l", "attn_v") => "q5_k",
            ("q4_k_s", "attn_v") => layer < 4 ? "q5_k" : "q4_k",
            ("q4_k_m" or "q5_k_m", "attn_v") => important ? "q6_k" : _base.Name,
            ("q3_k_m", "ffn_down") => layer < layers / 16 ? "q5_k" : "q4_k",
            ("q3_k_l", "ffn_down") => "q5_k",
            ("q4_k_s", "ffn_down") => first ? "q5_k" : "q4_k",
            ("q4_k_m" or "q5_k_m", "ffn_down") => important ? "q6_k" : _base.Name,
            ("q3_k_m", "attn_output") => "q4_k",
            ("q3_k_l", "attn_output") => "q5_k",
            ("q3_k_m" or "q3_k_l", "attn_qkv") => "q4_k",
            ("q4_k_m", "attn_qkv") => "q5_k",
            ("q5_k_m", "attn_qkv") => "q6_k",
            _ => _base.Name,
        };
        return Format(type);
    }

    /// <summary>A row that is no whole number of blocks takes the next richer type with smaller blocks.</summary>
    private static BlockFormat Fitting(BlockFormat format, long rowLength)
    {
        while (rowLength % format.BlockSize != 0)
        {
            format = Format(format.Name switch
            {
                "q2_k" or "q3_k" or "iq4_xs" => "iq4_nl",
                "q4_k" => "q5_0",
                "q5_k" => "q5_1",
                "q6_k" => "q8_0",
                "tq1_0" or "tq2_0" => "q4_0",
                _ => "f16",
            });
        }
        return format;
    }

    private static (string, BlockFormat) ParseOverride(string text)
    {
        int equals = text.LastIndexOf('=');
        if (equals <= 0) throw new ArgumentException($"'{text}' is no override; it looks like attn_v=q6_k");
        return (text[..equals], Format(text[(equals + 1)..].ToLowerInvariant()));
    }

    private static BlockFormat Format(string name)
    {
        if (!BlockFormat.TryFind(name, out BlockFormat? format)) throw new ArgumentException($"there is no type '{name}'; there are: {string.Join(", ", Names)}");
        return format.CanQuantize ? format : throw new ArgumentException($"{name} can be read but not written; these can: {string.Join(", ", Names)}");
    }

    private static bool Matches(string name, string pattern)
    {
        int at = 0;
        foreach (string part in pattern.Split('*'))
        {
            int found = name.IndexOf(part, at, StringComparison.Ordinal);
            if (found < 0) return false;
            at = found + part.Length;
        }
        return true;
    }

    [GeneratedRegex(@"^blk\.(\d{1,6})\.")]
    private static partial Regex LayerPattern();
}
