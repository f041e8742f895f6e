using System.CommandLine;
using Bloomery.Cli.Conversion;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Options;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Cli.Verbs;

/// <summary>Rewrites a model in another container or type.</summary>
[Key("convert")]
internal sealed class Convert : Verb
{
    private readonly Argument<string> _in = ArgumentOf.Required("IN", "A GGUF file, a directory with safetensors or a name in the local store");
    private readonly Argument<string> _out = ArgumentOf.Required("OUT", "A .gguf file, or a directory for safetensors");
    private readonly Option<string?> _type = OptionOf.Path("--type", "T",
        "f32, f16, bf16, q8_0, q4_0, ..., q2_k to q6_k, iq4_nl, iq4_xs, or a mixture such as q4_k_m (default: the type that the weights have, "
        + "f16 where they are quantised)");
    private readonly Option<string[]> _tensorTypes = ConversionCall.TensorTypes();
    private readonly Option<int?> _threads = ConversionCall.Threads();

    /// <inheritdoc/>
    public override string Summary => "Rewrites a model: GGUF or safetensors, in any type";

    /// <inheritdoc/>
    public override string Examples =>
        "bloomery convert model-f32.gguf model.gguf --type q4_k_m --tensor-type attn_v=q8_0\nbloomery convert ./model model.gguf --type bf16\nbloomery "
        + "convert model.gguf ./model --type f16";

    /// <inheritdoc/>
    public override string Remarks =>
        "A mixture gives more bits to the output, to values and to some down projections, as llama.cpp's do. Rows that are no whole number of blocks take a "
        + "richer type with smaller blocks; vectors, norms and routers are not quantised. What a container cannot express is refused.";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols => [_in, _out, _type, _tensorTypes, _threads];

    /// <inheritdoc/>
    public override bool Prints(Call call) => call.WantsJson;

    /// <inheritdoc/>
    public override int Run(Call call) =>
        ConversionCall.Run(call, call.Need(_in), call.Need(_out), call.Get(_type), call.Get(_tensorTypes), null, call.Get(_threads));
}
