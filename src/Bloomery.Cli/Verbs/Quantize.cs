using System.CommandLine;
using Bloomery.Cli.Conversion;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Options;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Cli.Verbs;

/// <summary>Makes a GGUF file smaller.</summary>
[Key("quantize")]
internal sealed class Quantize : Verb
{
    private readonly Argument<string> _in = ArgumentOf.Required("IN", "A GGUF file or a name in the local store");
    private readonly Argument<string> _out = ArgumentOf.Required("OUT.gguf", "The file to write");
    private readonly Option<string?> _type = OptionOf.Path("--type", "T", "q8_0, q4_0, ..., q2_k to q6_k, iq4_nl, iq4_xs, or a mixture such as q4_k_m")
        .Required();
    private readonly Option<string?> _imatrix = OptionOf.Path("--imatrix", "F", "An importance matrix in GGUF");
    private readonly Option<string[]> _tensorTypes = ConversionCall.TensorTypes();
    private readonly Option<int?> _threads = ConversionCall.Threads();

    /// <inheritdoc/>
    public override string Summary => "Writes a GGUF file in a smaller type (convert for GGUF)";

    /// <inheritdoc/>
    public override string Examples =>
        "bloomery quantize model-f16.gguf model-q4.gguf --type q4_k_m\nbloomery quantize model-f16.gguf model-q3.gguf --type q3_k_m --imatrix imatrix.gguf";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols => [_in, _out, _type, _imatrix, _tensorTypes, _threads];

    /// <inheritdoc/>
    public override bool Prints(Call call) => call.WantsJson;

    /// <inheritdoc/>
    public override int Run(Call call)
    {
        string to = call.Need(_out);
        if (!to.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"OUT must end with .gguf, not {to}; 'bloomery convert' writes other containers");
        return ConversionCall.Run(call, call.Need(_in), to, call.Need(_type), call.Get(_tensorTypes), call.Get(_imatrix), call.Get(_threads));
    }
}
