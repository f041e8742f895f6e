using System.CommandLine;
using System.Numerics.Tensors;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Input;
using Bloomery.Cli.Options;
using Bloomery.Engine;
using Bloomery.Engine.Embedding;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Cli.Verbs;

/// <summary>Orders texts by how well they fit a query.</summary>
[Key("rerank")]
internal sealed class Rerank : Verb
{
    private readonly Argument<string?> _model = ArgumentOf.Optional("MODEL",
        "A GGUF file, a directory with safetensors or a name in the local store (default: the embedded embedding model)");
    private readonly Option<string?> _query = OptionOf.Text("--query", "Q", "What the texts should fit").Required();
    private readonly Option<string?> _file = OptionOf.Path("--file", "TEXTS", "A JSON list of strings; - is standard input", "-f").Required();
    private readonly ComputeOptions _compute = new();

    /// <inheritdoc/>
    public override string Summary => "Orders texts by how well they fit a query";

    /// <inheritdoc/>
    public override string Examples => "echo '[\"a recipe for bread\", \"a train timetable\"]' | bloomery rerank --query 'how to bake' --file -";

    /// <inheritdoc/>
    public override string Remarks => "Prints {\"results\": [{\"index\", \"relevance_score\"}]}, best first; the score is the cosine of the embeddings.";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols => [_model, _query, _file, .. _compute.Symbols];

    /// <inheritdoc/>
    public override int Run(Call call)
    {
        string query = call.Need(_query);
        string[] texts = InputFile.Texts(call.Need(_file));
        using Model model = ModelArgument.LoadModel(call, _compute, ModelArgument.Resolve(call.Get(_model), ModelKind.Embedding));
        float[][] vectors;
        using (call.Progress($"Reading {texts.Length} texts")) vectors =
            model.Embed([query, .. texts], new EmbeddingOptions { Normalize = true }, call.Cancellation);
        call.Warn(model.Warnings);
        (int Index, float Score)[] ranked = [.. vectors.Skip(1).Select((vector, i) => (i, TensorPrimitives.Dot(vectors[0], vector)))
            .OrderByDescending(pair => pair.Item2).ThenBy(pair => pair.i)];
        call.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("results");
            foreach ((int index, float score) in ranked)
            {
                json.WriteStartObject();
                json.WriteNumber("index", index);
                json.WriteNumber("relevance_score", score);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });
        return 0;
    }
}
