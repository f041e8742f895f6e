using System.CommandLine;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Input;
using Bloomery.Cli.Options;
using Bloomery.Engine;
using Bloomery.Engine.Embedding;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Cli.Verbs;

/// <summary>Texts to vectors.</summary>
[Key("embed")]
internal sealed class Embed : Verb
{
    private readonly Argument<string?> _model = ArgumentOf.Optional("MODEL",
        "A GGUF file, a directory with safetensors or a name in the local store (default: the embedded embedding model)");
    private readonly Option<string?> _file = OptionOf.Path("--file", "TEXTS", "A JSON list of strings; - is standard input", "-f").Required();
    private readonly Option<string?> _pooling = OptionOf.Choice("--pooling",
        "How token states become one vector (default: the model's; decoders: the mean of the last hidden state)", "mean", "cls", "last");
    private readonly Option<bool> _raw = OptionOf.Flag("--no-normalize",
        "Leave the vectors as long as they are (default: the model's; GGUF files do not say: length 1)");
    private readonly ComputeOptions _compute = new();

    /// <inheritdoc/>
    public override string Summary => "Turns texts into vectors";

    /// <inheritdoc/>
    public override string Examples =>
        "echo '[\"one text\", \"another\"]' | bloomery embed --file -\nbloomery embed ./e5-small --file texts.json --pooling mean --no-normalize";

    /// <inheritdoc/>
    public override string Remarks => "Prints {\"embeddings\": [[..]], \"pooling\", \"normalized\", \"truncated\": [indices of texts cut to the context]}.";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols => [_model, _file, _pooling, _raw, .. _compute.Symbols];

    /// <inheritdoc/>
    public override int Run(Call call)
    {
        string[] texts = InputFile.Texts(call.Need(_file));
        using Model model = ModelArgument.LoadModel(call, _compute, ModelArgument.Resolve(call.Get(_model), ModelKind.Embedding));
        var options = new EmbeddingOptions { Pooling = call.Get(_pooling) is { } word ? Enum.Parse<Pooling>(word, ignoreCase: true) : null };
        if (call.Get(_raw)) options = options with { Normalize = false };
        EmbeddingResult result;
        using (call.Progress($"Embedding {texts.Length} texts")) result = model.EmbedWithDetails(texts, options, call.Cancellation);
        call.Warn(model.Warnings);
        call.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("embeddings");
            foreach (float[] vector in result.Vectors)
            {
                json.WriteStartArray();
                foreach (float value in vector) json.WriteNumberValue(value);
                json.WriteEndArray();
            }
            json.WriteEndArray();
            json.WriteString("pooling", result.Pooling.ToString().ToLowerInvariant());
            json.WriteBoolean("normalized", result.Normalized);
            json.WriteStartArray("truncated");
            foreach (int index in result.Truncated) json.WriteNumberValue(index);
            json.WriteEndArray();
            json.WriteEndObject();
        });
        return 0;
    }
}
