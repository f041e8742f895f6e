using System.CommandLine;
using Bloomery.Cli.Framework;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Cli.Verbs;

/// <summary>Rewrites a model in another type.</summary>
[Key("convert")]
public sealed class Convert : Verb
{
    private readonly Argument<string> _in = ArgumentOf.Required("IN", "A GGUF file, a directory with safetensors or a name in the local store");
    private readonly Argument<string> _out = ArgumentOf.Required("OUT", "A .gguf file, or a directory for safetensors");
    private readonly Option<string?> _type = OptionOf.Text("--type", "T", "f32, f16, bf16, q8_0, q4_0, ..., q2_k to q6_k, iq4_nl, iq4_xs, or a mixture such as q4_k_m (default: f16)");
    private readonly Option<string[]> _tensorTypes = Conversion.TensorTypes();
    private readonly Option<int?> _threads = Conversion.Threads();

    /// <inheritdoc/>
    public override string Summary => "Rewrites a model in another type";

    /// <inheritdoc/>
    public override string Examples => "bloomery convert model-f32.gguf model.gguf --type q4_k_m --tensor-type attn_v=q8_0\nbloomery convert ./model ./model-bf16 --type bf16";

    /// <inheritdoc/>
    public override string Remarks => "A mixture gives more bits to the output, to values and to some down projections, as llama.cpp's do. Rows that are no whole number of blocks take the next richer type; vectors, norms and routers stay in f32.";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols => [_in, _out, _type, _tensorTypes, _threads];

    /// <inheritdoc/>
    public override int Run(Call call) => Conversion.Run(call, call.Need(_in), call.Need(_out), call.Get(_type) ?? "f16", call.Get(_tensorTypes), null, call.Get(_threads));
}
