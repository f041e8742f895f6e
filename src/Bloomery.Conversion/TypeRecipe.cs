using Bloomery.Numerics.Quantization;

namespace Bloomery.Conversion;

/// <summary>
/// Which type each tensor of a file gets: one for all matrices, or a mixture (<c>Q4_K_M</c>, ...) that spends more bits where they help most, tensor by tensor
/// as llama.cpp's <c>llama-quantize</c> does.
/// Vectors, norms, routers and tables of positions are not quantised; the output, or an embedding that serves as output, gets at least six bits.
/// </summary>
public sealed class TypeRecipe
{
    // name, type of most matrices, llama.cpp's number for the file
    private static readonly (string Name, string Base, int FileType)[] Known =
    [
        ("f32", "f32", 0), ("f16", "f16", 1), ("bf16", "bf16", 32),
        ("q4_0", "q4_0", 2), ("q4_1", "q4_1", 3), ("q5_0", "q5_0", 8), ("q5_1", "q5_1", 9), ("q8_0", "q8_0", 7),
        ("tq1_0", "tq1_0", 36), ("tq2_0", "tq2_0", 37), ("mxfp4", "mxfp4", 38), ("iq4_nl", "iq4_nl", 25), ("iq4_xs", "iq4_xs", 30),
        ("q2_k", "q2_k", 10), ("q3_k", "q3_k", 11), ("q3_k_s", "q3_k", 11), ("q3_k_m", "q3_k", 12), ("q3_k_l", "q3_k", 13),
        ("q4_k", "q4_k", 14), ("q4_k_s", "q4_k", 14), ("q4_k_m", "q4_k", 15), ("q5_k", "q5_k", 16), ("q5_k_s", "q5_k", 16), ("q5_k_m", "q5_k", 17),
        ("q6_k", "q6_k", 18),
    ];

    private readonly (TensorPattern Pattern, BlockFormat Format)[] _overrides;

    private TypeRecipe(string name, BlockFormat format, int fileType, (TensorPattern, BlockFormat)[] overrides) =>
        (Name, Base, FileType, _overrides) = (name, format, fileType, overrides);

    /// <summary>All names that <see cref="Parse"/> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Known.Select(k => k.Name)];

    /// <summary>The name in lower case.</summary>
    public string Name { get; }

    /// <summary>The type of most matrices.</summary>
    public BlockFormat Base { get; }

    /// <summary>The value of <c>general.file_type</c>.</summary>
    public int FileType { get; }

    /// <summary>Reads a type or mixture, and what is different for some tensors: <c>PATTERN=TYPE</c>, the first that fits counts.</summary>
    /// <exception cref="ArgumentException">There is no such type, or it cannot be written.</exception>
    public static TypeRecipe Parse(string name, IEnumerable<string>? overrides = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        string key = name.ToLowerInvariant();
        foreach ((string known, string format, int fileType) in Known)
            if (known == key) return new TypeRecipe(key, Format(format), fileType, [.. (overrides ?? []).Select(Override)]);
        throw new ArgumentException($"there is no type '{name}' to write; there are: {string.Join(", ", Names)}");
    }

    /// <summary>The narrowest type that the weights have where all are plain, else f16.</summary>
    public static TypeRecipe Natural(IEnumerable<BlockFormat> formats)
    {
        HashSet<string> present = [.. formats.Select(f => f.Name)];
        return Parse(present.Overlaps(["f16"]) || !present.IsSubsetOf(["f32", "bf16"]) ? "f16" : present.Contains("bf16") ? "bf16" : "f32");
    }

    /// <summary>The types of all tensors of a file.</summary>
    /// <param name="tensors">Name, shape (outermost first) and type at present.</param>
    /// <param name="shape">What is known about the model.</param>
    /// <param name="hasImportance">Whether an importance matrix guides the rounding.</param>
    /// <param name="keepOthers">Whether tensors that are not quantised keep their type (else they become f32).</param>
    internal IReadOnlyDictionary<string, BlockFormat> Assign(IEnumerable<(string Name, long[] Shape, BlockFormat Format)> tensors, ModelShape shape,
        bool hasImportance, bool keepOthers)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(shape);
        (string Name, long[] Shape, BlockFormat Format)[] all =
            [.. tensors.OrderBy(t => TensorRoles.Layer(t.Name)).ThenBy(t => t.Name, StringComparer.Ordinal)];
        TypeMixture mixture = new(Name, Base, shape, hasImportance, [.. all.Select(t => t.Name)]);
        Dictionary<string, BlockFormat> result = new(StringComparer.Ordinal);
        foreach ((string name, long[] sizes, BlockFormat format) in all)
        {
            if (!TensorRoles.IsQuantizable(name, sizes)) result[name] = keepOthers && Base != BlockFormat.F32 ? format : BlockFormat.F32;
            else result[name] = Fitting(Chosen(name) ?? (Base.BlockSize == 1 ? Base : mixture.Choose(name, sizes[^1])), sizes[^1]);
        }
        return result;
    }

    private BlockFormat? Chosen(string name)
    {
        foreach ((TensorPattern pattern, BlockFormat format) in _overrides)
            if (pattern.Matches(name)) return format;
        return null;
    }

    /// <summary>A row that is no whole number of blocks takes a type with smaller blocks and about as many bits.</summary>
    private static BlockFormat Fitting(BlockFormat format, long rowLength)
    {
        if (rowLength % format.BlockSize == 0) return format;
        BlockFormat smaller = Format(format.Name switch
        {
            "iq4_xs" => "iq4_nl",
            "q2_k" or "q3_k" or "tq1_0" or "tq2_0" => "q4_0",
            "q4_k" => "q5_0",
            "q5_k" => "q5_1",
            "q6_k" => "q8_0",
            _ => "f16",
        });
        return rowLength % smaller.BlockSize == 0 ? smaller : Format("f16");
    }

    private static (TensorPattern, BlockFormat) Override(string text)
    {
        int equals = text.LastIndexOf('=');
        if (equals <= 0 || equals == text.Length - 1) throw new ArgumentException($"'{text}' is no PATTERN=TYPE such as attn_v=q6_k");
        return (new TensorPattern(text[..equals]), Format(text[(equals + 1)..]));
    }

    private static BlockFormat Format(string name)
    {
        BlockFormat[] writable = [.. BlockFormat.All.Where(f => f.CanQuantize && f.GgmlType >= 0)];
        return writable.FirstOrDefault(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException($"there is no type '{name}' to write; there are: {string.Join(", ", writable.Select(f => f.Name))}");
    }
}
