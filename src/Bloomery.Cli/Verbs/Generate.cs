using System.CommandLine;
using System.Text.Json;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Input;
using Bloomery.Cli.Options;
using Bloomery.Cli.Output;
using Bloomery.Engine;
using Bloomery.Engine.BeamSearch;
using Bloomery.Engine.Generation;
using Bloomery.Engine.Stopping;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Cli.Verbs;

/// <summary>Token ids in, token ids out: for programs that compare or batch.</summary>
[Key("generate")]
internal sealed class Generate : Verb
{
    // Beyond these a score is no finite number, and the candidates no longer fit in memory.
    private const float MaxLengthPenalty = 50;
    private const int MaxBeams = 1000;

    private readonly Argument<string> _model = ArgumentOf.Required("MODEL", "A GGUF file, a directory with safetensors or a name in the local store");
    private readonly Option<string?> _ids = OptionOf.Path("--ids-file", "IN",
        "JSON: {\"input_ids\": [[..], ..]}, for encoder-decoders perhaps with \"decoder_input_ids\"; - is standard input").Required();
    private readonly Option<int?> _maxTokens = OptionOf.Int("--max-new-tokens", "The most tokens per row (default 32)", least: 1, aliases: "-n");
    private readonly Option<int?> _beams = OptionOf.Int("--beams", "Beams (default 1: no beam search)", least: 1, most: MaxBeams);
    private readonly Option<float?> _lengthPenalty = OptionOf.Float("--length-penalty", "The power of the length that beam scores are divided by (default 1)",
        -MaxLengthPenalty, MaxLengthPenalty);
    private readonly Option<string?> _early = OptionOf.Choice("--early-stopping", "When a beam search ends (default false)", "false", "true", "never");
    private readonly Option<int?> _eos = OptionOf.Int("--eos", "The end token (default: the model's)", value: "ID");
    private readonly Option<bool> _ignoreEos = OptionOf.Flag("--ignore-eos", "The end token is an ordinary token");
    private readonly Option<string?> _soft = OptionOf.Path("--soft-prompt", "FILE", "A file with a tensor soft_prompt [n, hidden] to put before every row");
    private readonly SamplingArguments _sampling = new();
    private readonly ComputeOptions _compute = new();

    /// <inheritdoc/>
    public override string Summary => "Continues rows of token ids, greedily, by sampling or by beam search";

    /// <inheritdoc/>
    public override string Examples =>
        "bloomery generate model.gguf --ids-file ids.json --max-new-tokens 64\nbloomery generate ./t5 --ids-file ids.json --beams 4 --length-penalty 0.8 "
        + "--early-stopping true\nbloomery generate model.gguf --ids-file ids.json --temp 0.8 --top-p 0.95 --seed 7";

    /// <inheritdoc/>
    public override string Remarks =>
        "Prints {\"sequences\": [{\"ids\": [new tokens; the end token, if reached, is last], \"logprobs\", \"score\": the beam score or null, "
        + "\"finish_reason\": \"stop\" or \"length\"}]}, one per row.";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols =>
        [_model, _ids, _maxTokens, _beams, _lengthPenalty, _early, _eos, _ignoreEos, _soft, .. _sampling.Choices, .. _compute.Symbols];

    /// <inheritdoc/>
    public override int Run(Call call)
    {
        IdsFile ids = IdsFile.Read(call.Need(_ids));
        int beams = call.Get(_beams) ?? 1;
        if (beams > 1 && call.Get(_sampling.Temperature) is > 0)
            throw new UsageException("--beams and --temp exclude each other: a beam search takes no chances");
        if (call.Get(_eos) is not null && call.Get(_ignoreEos)) throw new UsageException("--eos and --ignore-eos exclude each other");
        using Model model = ModelArgument.LoadModel(call, _compute, ModelArgument.Resolve(call.Need(_model)));
        if (!model.IsGenerative) throw new CliException($"{model.Path}: an encoder generates nothing; 'bloomery embed' and 'bloomery logits' take it");
        float[] soft = ModelArgument.SoftPrompt(call.Get(_soft), model.HiddenSize);
        ids.Check(model.Runtime.Facts, soft.Length / model.HiddenSize);
        for (int i = 0; i < ids.InputIds.Length; i++)
            if (ids.Real(i).Length == 0)
                throw new CliException($"{InputFile.Name(ids.Path)}: attention_mask, row {i} hides every token; a model needs at least one to go on from");
        var rows = new RowGeneration(model, _sampling.Choice(call) with { Temperature = call.Get(_sampling.Temperature) ?? 0, SoftPrompt = soft })
        {
            MaxNewTokens = call.Get(_maxTokens) ?? 32,
            EndIds = call.Get(_ignoreEos) ? [] : call.Get(_eos) is { } eos ? [eos] : model.ConfiguredEndIds,
            Beams = beams,
            LengthPenalty = call.Get(_lengthPenalty) ?? 1,
            EarlyStopping = call.Get(_early) switch { "true" => EarlyStopping.WhenFull, "never" => EarlyStopping.Never, _ => EarlyStopping.Heuristic },
        };
        var sequences = new GeneratedRow[ids.InputIds.Length];
        using (ProgressLine progress = call.Progress("Generating"))
        {
            for (int i = 0; i < sequences.Length; i++)
            {
                sequences[i] = rows.Run(ids.Real(i), ids.DecoderInputIds?[i], call.Cancellation);
                progress.Report((i + 1.0) / sequences.Length, $"row {i + 1} of {sequences.Length}");
            }
        }
        call.WriteJson(json => Write(json, sequences));
        return 0;
    }

    private static void Write(Utf8JsonWriter json, GeneratedRow[] sequences)
    {
        json.WriteStartObject();
        json.WriteStartArray("sequences");
        foreach (GeneratedRow row in sequences)
        {
            json.WriteStartObject();
            json.WriteStartArray("ids");
            foreach (int id in row.Ids) json.WriteNumberValue(id);
            json.WriteEndArray();
            json.WriteStartArray("logprobs");
            foreach (float value in row.LogProbs) json.WriteNumberValue(value);
            json.WriteEndArray();
            if (row.Score is { } score) json.WriteNumber("score", score);
            else json.WriteNull("score");
            json.WriteString("finish_reason", row.FinishReason == FinishReason.Stop ? "stop" : "length");
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
