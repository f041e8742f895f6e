using System.CommandLine;
using System.Runtime.Intrinsics.X86;
using Bloomery.Cli.Framework;
using Bloomery.Engine.Inference;
using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Platform;

namespace Bloomery.Cli.Options;

/// <summary>The options of every verb that computes.</summary>
internal sealed class ComputeOptions
{
    /// <summary>The kernel tiers of this build, a family of several widths by its name alone.</summary>
    public static string[] Tiers { get; } = [.. KernelTiers.Names.Select(name => name.Split('-')[0]).Distinct()];

    // Tiers that a build may have: asking for one that this build lacks is no slip of the pen.
    private static readonly string[] Known = ["reference", "portable", "avx2", "avx512", "assembled"];

    /// <summary>
    /// Whether <c>--kernels</c> takes a word that is none of <see cref="Tiers"/>: a tier by its full name, one that only other builds have, or
    /// <c>auto</c> for the best.
    /// </summary>
    public static bool IsTier(string word) => word == "auto" || Known.Contains(word) || KernelTiers.Has(word);

    private static readonly string[] KvTypes = ["f32", "f16", "bf16", "q8_0"];

    /// <summary>Threads.</summary>
    public Option<int?> Threads { get; } = OptionOf.Threads("Threads to compute with");

    /// <summary>The kernel tier.</summary>
    public Option<string?> Kernels { get; } = OptionOf.Choice("--kernels", "The kernel tier (default: the best that works)", Tiers, IsTier);

    /// <summary>Float activations and cache.</summary>
    public Option<bool> Exact { get; } = OptionOf.Flag("--exact", "Activations, accumulation and KV in f32 on every tier; implied by --kernels reference");

    /// <summary>The same result at any batch and thread count.</summary>
    public Option<bool> Deterministic { get; } = OptionOf.Flag("--deterministic", "The same tokens alone or among others, at any thread count");

    /// <summary>Context length.</summary>
    public Option<int?> Context { get; } = OptionOf.Int("--context", "Context in tokens (default: the model's)", least: 1, aliases: "-c");

    /// <summary>Element types of the cache.</summary>
    public Option<string?> KvType { get; } = KvTypeOption();

    /// <summary>Keep the file mapped.</summary>
    public Option<bool> Mmap { get; } = OptionOf.Flag("--mmap",
        "Use weights from the mapped file where they need no packing; the program dies if somebody truncates the file meanwhile");

    /// <summary>All of them.</summary>
    public IEnumerable<Symbol> Symbols => [Threads, Kernels, Exact, Deterministic, Context, KvType, Mmap];

    /// <summary>What these options mean to the engine.</summary>
    /// <exception cref="CliException">This build or processor lacks the kernel tier.</exception>
    public ModelOptions Runtime(Call call)
    {
        string? tier = call.Get(Kernels);
        Detect(tier);
        bool given = call.Get(KvType) is not null;
        (KvType keys, KvType values) = ParseKvType(call.Get(KvType));
        return new ModelOptions
        {
            Threads = call.Get(Threads) ?? Processors.DefaultThreads,
            Kernels = tier,
            Exact = call.Get(Exact),
            KeyType = given ? keys : null,
            ValueType = given ? values : null,
            ContextLength = call.Get(Context),
            KeepMapping = call.Get(Mmap),
        };
    }

    /// <summary>Chooses the kernels; none or <c>auto</c>: the best.</summary>
    /// <exception cref="CliException">This build or processor lacks the tier; the message names the feature.</exception>
    public static KernelChoice Detect(string? tier)
    {
        if (tier == "auto") tier = null;
        if (Lacking(tier) is { } feature)
            throw new CliException($"--kernels {tier} needs {feature}, which this processor lacks; 'bloomery list kernels' shows what works");
        if (tier is not null && !KernelTiers.Has(tier))
            throw new CliException($"this build has no kernels '{tier}'; it has: {string.Join(", ", KernelTiers.Names)}");
        return KernelTiers.Detect(tier);
    }

    /// <summary>Reads <c>K[,V]</c>; f16 unless said otherwise.</summary>
    public static (KvType Keys, KvType Values) ParseKvType(string? text)
    {
        if (text is null) return (Bloomery.KvType.F16, Bloomery.KvType.F16);
        string[] parts = text.Split(',');
        return (Type(parts[0]), Type(parts[^1]));
    }

    /// <summary>What is wrong with <paramref name="text"/> as <c>K[,V]</c>, or null.</summary>
    public static string? KvTypeProblem(string option, string text)
    {
        string[] parts = text.Split(',');
        return parts.Length <= 2 && parts.All(KvTypes.Contains) ? null : $"{option} takes f32, f16, bf16 or q8_0, or two of them as K,V, not '{text}'";
    }

    /// <summary>What the processor lacks for a tier, whether or not this build has the tier.</summary>
    private static string? Lacking(string? tier) => tier switch
    {
        "avx2" when !(Avx2.IsSupported && Fma.IsSupported) => "AVX2 and FMA",
        "avx512" when !(Avx512F.IsSupported && Avx512BW.IsSupported) => "AVX-512 (F and BW)",
        "assembled" when !Avx512F.IsSupported => "AVX-512",
        _ => null,
    };

    private static KvType Type(string word) => Enum.Parse<KvType>(word, ignoreCase: true);

    private static Option<string?> KvTypeOption()
    {
        Option<string?> option = OptionOf.Text("--kv-type", "K[,V]", "Element types of cached keys and values, each f32, f16, bf16 or q8_0 (default f16)");
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (KvTypeProblem(option.Name, token.Value) is { } problem) result.AddError(problem);
            }
        });
        return option;
    }
}
