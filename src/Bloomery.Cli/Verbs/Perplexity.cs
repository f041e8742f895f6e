using System.CommandLine;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Input;
using Bloomery.Cli.Options;
using Bloomery.Cli.Output;
using Bloomery.Engine.Inference;
using Bloomery.Engine.Scoring;
using Bloomery.Formats.Tokenizers;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Cli.Verbs;

/// <summary>How well a model predicts a text.</summary>
[Key("perplexity")]
internal sealed class Perplexity : Verb
{
    private readonly Argument<string> _model = ArgumentOf.Required("MODEL", "A GGUF file, a directory with safetensors or a name in the local store");
    private readonly Option<string?> _file = OptionOf.Path("--file", "TEXT", "A text file in UTF-8; - is standard input", "-f").Required();
    private readonly Option<int?> _stride = OptionOf.Int("--stride", "From one window to the next (default: the context)", least: 1, value: "S");
    private readonly Option<int?> _scoreFrom = OptionOf.Int("--score-from", "Score only positions from here on in each window", value: "K");
    private readonly ComputeOptions _compute = new();

    /// <inheritdoc/>
    public override string Summary => "Measures how well a model predicts a text";

    /// <inheritdoc/>
    public override string Examples =>
        "bloomery perplexity model.gguf --file book.txt --context 512 --stride 256\nbloomery perplexity model.gguf --file book.txt --context "
        + "512 --score-from 256 --exact";

    /// <inheritdoc/>
    public override string Remarks =>
        "Windows start at 0, S, 2S, ... and end with the one that reaches the end of the text. A window's first token is never scored; of the rest, those "
        + "not scored before. Prints {\"ppl\", \"nll\" (mean, nats), \"tokens\" (scored), \"context\", \"stride\"}.";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols => [_model, _file, _stride, _scoreFrom, .. _compute.Symbols];

    /// <inheritdoc/>
    public override int Run(Call call)
    {
        string text = InputFile.Text(call.Need(_file));
        if (text.Length == 0) throw new CliException($"{InputFile.Name(call.Need(_file))}: is empty, expected a text");
        string path = ModelArgument.Resolve(call.Need(_model));
        int[] ids = Encode(TokenizerArgument.Load(call, path), text);
        using Runtime runtime = ModelArgument.Load(call, _compute, path);
        if (!runtime.Facts.IsDecoder) throw new CliException($"{path}: perplexity needs a decoder; {runtime.Facts.Family} is none");
        int context = Math.Min(runtime.ContextLength, ids.Length), stride = call.Get(_stride) ?? context;
        PerplexityScore score;
        using (ProgressLine progress = call.Progress($"Scoring {ids.Length} tokens"))
            score = new PerplexityScorer(runtime).Run(ids, context, stride, call.Get(_scoreFrom) ?? 0, progress, call.Cancellation);
        if (score.Tokens == 0)
            throw new CliException(
                $"{InputFile.Name(call.Need(_file))}: {ids.Length} tokens leave none to score (context {context}, stride {stride}, scored from "
                + $"{call.Get(_scoreFrom) ?? 0}); give a longer text or another window");
        call.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("ppl", score.Perplexity);
            json.WriteNumber("nll", score.Mean);
            json.WriteNumber("tokens", score.Tokens);
            json.WriteNumber("context", context);
            json.WriteNumber("stride", stride);
            json.WriteEndObject();
        });
        return 0;
    }

    /// <summary>The text's ids, with the begin token if the model adds one, and never an end token.</summary>
    private static int[] Encode(Tokenizer tokenizer, string text)
    {
        int[] plain = tokenizer.EncodeToIds(text), special = tokenizer.EncodeToIds(text, new EncodeOptions { AddSpecial = true });
        return special.Length > plain.Length && special[0] == tokenizer.BosId && !special.AsSpan(0, plain.Length).SequenceEqual(plain)
            ? [special[0], .. plain] : plain;
    }
}
