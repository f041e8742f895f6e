using System.CommandLine;
using System.Runtime.InteropServices;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Input;
using Bloomery.Cli.Options;
using Bloomery.Cli.Output;
using Bloomery.Engine.Inference;
using Bloomery.Formats;
using Bloomery.Formats.Safetensors;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Cli.Verbs;

/// <summary>What a model answers to rows of token ids: logits, hidden states, pooled vectors.</summary>
[Key("logits")]
internal sealed class Logits : Verb
{
    private readonly Argument<string> _model = ArgumentOf.Required("MODEL", "A GGUF file, a directory with safetensors or a name in the local store");
    private readonly Option<string?> _ids = OptionOf.Path("--ids-file", "IN",
        "JSON: {\"input_ids\": [[..], ..]}, perhaps with \"decoder_input_ids\", \"attention_mask\", \"token_type_ids\"; - is standard input").Required();
    private readonly Option<string?> _out = OptionOf.Path("--out", "OUT.safetensors", "The file to write", "-o").Required();
    private readonly Option<bool> _hidden = OptionOf.Flag("--hidden-states", "Write the hidden states of every layer, too");
    private readonly Option<string?> _soft = OptionOf.Path("--soft-prompt", "FILE", "A file with a tensor soft_prompt [n, hidden] to put before every row");
    private readonly ComputeOptions _compute = new();

    /// <inheritdoc/>
    public override string Summary => "Writes logits, hidden states or pooled vectors for rows of token ids";

    /// <inheritdoc/>
    public override string Examples =>
        "bloomery logits model.gguf --ids-file ids.json --out logits.safetensors --exact\nbloomery logits ./bert --ids-file ids.json --out "
        + "states.safetensors --hidden-states";

    /// <inheritdoc/>
    public override string Remarks =>
        "Writes, for row i, logits.i [T, vocabulary]; with --hidden-states hidden_states.i [layers + 1, T, hidden]; for encoders last_hidden_state.i and "
        + "pooler_output.i; for encoder-decoders encoder_last_hidden_state.i, and with --hidden-states encoder_hidden_states.i and decoder_hidden_states.i. "
        + "Rows may differ in length; masked positions hold zeros.";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols => [_model, _ids, _out, _hidden, _soft, .. _compute.Symbols];

    /// <inheritdoc/>
    public override bool Prints(Call call) => call.WantsJson;

    /// <inheritdoc/>
    public override int Run(Call call)
    {
        string to = call.Need(_out);
        IdsFile ids = IdsFile.Read(call.Need(_ids));
        AtomicFile.Check(to);
        using Runtime runtime = ModelArgument.Load(call, _compute, ModelArgument.Resolve(call.Need(_model)));
        bool both = runtime.Facts.IsEncoderDecoder;
        if (both && ids.DecoderInputIds is null)
            throw new CliException($"{InputFile.Name(ids.Path)}: an encoder-decoder needs \"decoder_input_ids\" beside \"input_ids\"");
        float[] soft = ModelArgument.SoftPrompt(call.Get(_soft), runtime.Facts.HiddenSize);
        ids.Check(runtime.Facts, soft.Length / runtime.Facts.HiddenSize);
        ForwardRow[] rows = [
            .. ids.InputIds.Select((row, i) =>
                new ForwardRow(row) { Mask = ids.AttentionMask?[i], TokenTypes = ids.TokenTypeIds?[i], DecoderIds = ids.DecoderInputIds?[i] })];
        var writer = new SafetensorsWriter();
        using (ProgressLine progress = call.Progress($"Computing {rows.Length} rows"))
        {
            if (runtime.Facts.IsDecoder && !call.Get(_hidden)) AddLogits(writer, new LogitRows(runtime, rows, soft), rows, progress, call.Cancellation);
            else AddAll(writer, new ForwardPass(runtime, new ForwardOptions { HiddenStates = call.Get(_hidden), SoftPrompt = soft })
                .Run(rows, call.Cancellation), ids, both);
            writer.Save(to);
        }
        if (call.WantsJson)
        {
            call.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("out", to);
                json.WriteNumber("rows", rows.Length);
                json.WriteEndObject();
            });
        }
        return 0;
    }

    /// <summary>Logits alone are computed while they are written: there may be more of them than memory.</summary>
    private static void AddLogits(SafetensorsWriter writer, LogitRows logits, ForwardRow[] rows, ProgressLine progress, CancellationToken cancellation)
    {
        int done = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            int row = i;
            writer.Add($"logits.{i}", BlockFormat.F32, [rows[i].Ids.Length, logits.Columns], stream =>
            {
                logits.Write(row, stream, cancellation);
                progress.Report((double)++done / rows.Length);
            });
        }
    }

    private static void AddAll(SafetensorsWriter writer, IReadOnlyList<ForwardResult> results, IdsFile ids, bool both)
    {
        for (int i = 0; i < results.Count; i++) Add(writer, i, ids, results[i], both);
    }

    private static void Add(SafetensorsWriter writer, int i, IdsFile ids, ForwardResult result, bool both)
    {
        int length = both ? ids.DecoderInputIds![i].Length : ids.InputIds[i].Length;
        if (result.Logits is { } logits) Matrix(writer, $"logits.{i}", logits, length);
        else if (result.LastHiddenState is { } last) Matrix(writer, $"last_hidden_state.{i}", last, length);
        if (result.PoolerOutput is { } pooled) writer.Add($"pooler_output.{i}", BlockFormat.F32, [pooled.Length], stream => Write(stream, pooled));
        States(writer, both ? $"decoder_hidden_states.{i}" : $"hidden_states.{i}", result.HiddenStates, length);
        if (result.ProjectedHiddenState is { } projected) Matrix(writer, $"projected_hidden_state.{i}", projected, length);
        if (result.Encoder is not { } encoder) return;
        Matrix(writer, $"encoder_last_hidden_state.{i}", encoder.LastHiddenState!, ids.InputIds[i].Length);
        States(writer, $"encoder_hidden_states.{i}", encoder.HiddenStates, ids.InputIds[i].Length);
    }

    /// <param name="writer">Where to.</param>
    /// <param name="name">The tensor's name.</param>
    /// <param name="values">(length, columns)</param>
    /// <param name="length">Rows.</param>
    private static void Matrix(SafetensorsWriter writer, string name, float[] values, int length) =>
        writer.Add(name, BlockFormat.F32, [length, values.Length / length], stream => Write(stream, values));

    /// <param name="writer">Where to.</param>
    /// <param name="name">The tensor's name.</param>
    /// <param name="states">(layers + 1) of (length, hidden)</param>
    /// <param name="length">Rows of each.</param>
    private static void States(SafetensorsWriter writer, string name, float[][] states, int length)
    {
        if (states.Length == 0) return;
        writer.Add(name, BlockFormat.F32, [states.Length, length, states[0].Length / length], stream =>
        {
            foreach (float[] state in states) Write(stream, state);
        });
    }

    private static void Write(Stream stream, float[] values) => stream.Write(MemoryMarshal.AsBytes<float>(values));
}
