using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Input;
using Bloomery.Cli.Options;
using Bloomery.Cli.Output;
using Bloomery.Cli.Text;
using Bloomery.Engine;
using Bloomery.Engine.Generation;
using Bloomery.Engine.Stopping;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Cli.Verbs;

/// <summary>One prompt, one answer.</summary>
[Key("run")]
internal sealed class RunVerb : Verb
{
    private readonly Argument<string?> _prompt =
        ArgumentOf.OptionalText("PROMPT", "What to answer; piped standard input goes behind it, or is the prompt where none is given");
    private readonly Option<string?> _model = OptionOf.Path("--model", "MODEL",
        "A GGUF file, a directory with safetensors or a name in the local store (default: the embedded text model)", "-m");
    private readonly SamplingArguments _sampling = new();
    private readonly Option<string?> _system = OptionOf.Text("--system", "TEXT", "A system message before the prompt");
    private readonly Option<bool> _raw = OptionOf.Flag("--raw", "Feed the text as it is, without the model's chat template");
    private readonly Option<string?> _template = TemplateSource.NameOption();
    private readonly Option<string?> _cache = OptionOf.Path("--prompt-cache", "FILE",
        "Keep the prompt's keys and values in FILE, and begin with what it shares with this prompt");
    private readonly Option<string?> _schema = OptionOf.Path("--schema", "F", "A JSON schema that the answer fulfils; - is standard input");
    private readonly ComputeOptions _compute = new();

    /// <inheritdoc/>
    public override string Summary => "Answers a prompt";

    /// <inheritdoc/>
    public override string Examples => """
        bloomery run "Why is the sky blue?"
        echo "Give me three names for a cat." | bloomery run --temp 0.8 --seed 7 > names.txt
        bloomery run "Summarise this text." < notes.txt
        bloomery run "Once upon a time" --raw -n 64 -m model.gguf --json
        bloomery run "Ann is 31. Her name and age as JSON:" --schema person.json
        bloomery run --prompt-cache book.kv < book-and-question.txt
        """;

    /// <inheritdoc/>
    public override string Remarks =>
        "The answer is streamed. Sampling that is not given is the model's own advice (generation_config.json, or NAME.generation.json beside a GGUF file), "
        + "else temperature 1 and top-p 1; temperature 0 is greedy. A pipe that stays silent for three seconds is not waited for where PROMPT is given. "
        + "With --json: {\"text\", \"ids\", \"prompt_ids\", \"finish_reason\", \"usage\", \"timings\"}.";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols => [_prompt, _model, .. _sampling.Symbols, _system, _raw, _template, _cache, _schema, .. _compute.Symbols];

    /// <inheritdoc/>
    public override int Run(Call call)
    {
        if (call.Get(_raw) && call.Get(_template) is not null) throw new UsageException("--raw and --template-name exclude each other");
        string? template = TemplateSource.CheckName(call.Get(_template), call.Get(_model));
        // A pipe is read while the model is loaded.
        string? given = call.Get(_prompt);
        PipedText? piped = given is null || call.Get(_schema) == "-" ? null : new PipedText();
        given ??= PromptOfInput(call);
        GenerationOptions options = _sampling.Options(call) with
        {
            System = call.Get(_system), Raw = call.Get(_raw), TemplateName = template, PromptCache = call.Get(_cache), JsonSchema = Schema(call),
        };
        long start = Stopwatch.GetTimestamp();
        using Model model = ModelArgument.LoadModel(call, _compute, ModelArgument.Resolve(call.Get(_model)));
        if (!model.IsGenerative) throw new CliException($"{model.Path}: an encoder generates nothing; 'bloomery embed' takes it");
        double load = Stopwatch.GetElapsedTime(start).TotalSeconds;
        int[] ids = model.EncodePrompt(Joined(call, given, piped?.Read(call) ?? ""), options);
        call.Warn(model.Warnings);
        if (ids.Length > model.ContextLength)
            throw new CliException($"the prompt of {ids.Length} tokens does not fit the context of {model.ContextLength}; raise --context, or shorten it");
        using TextGeneration generation = Begin(call, model, ids, options);
        using (var screen = new AnswerWriter(call))
        {
            while (generation.MoveNext(out TextPiece piece, call.Cancellation))
            {
                call.Cancellation.ThrowIfCancellationRequested();
                if (!call.WantsJson) screen.Write(piece.Text);
            }
        }
        GenerationResult result = generation.Result;
        if (call.WantsJson) call.WriteJson(json => WriteJson(json, result, load));
        double rate = Rate(result.Ids.Length - 1, result.DecodeSeconds);
        call.Detail(FormattableString.Invariant(
            $"{result.PromptIds.Length} prompt tokens in {result.PromptSeconds:0.00} s, {result.Ids.Length} tokens at {rate:0.0} tokens/s"));
        if (generation.CacheRemark is { } remark) call.Detail(remark);
        if (result.Warnings is [var warning, ..]) throw new CliException($"--prompt-cache {warning}");
        return 0;
    }

    private TextGeneration Begin(Call call, Model model, int[] ids, GenerationOptions options)
    {
        try
        {
            return model.Begin(ids, options);
        }
        catch (ArgumentException e) when (options.JsonSchema is not null)
        {
            throw new CliException(e.Message.Replace("JsonSchema: ", $"{InputFile.Name(call.Get(_schema)!)}: ", StringComparison.Ordinal));
        }
        catch (Exception e) when (options.PromptCache is not null && e is IOException or NotSupportedException)
        {
            throw new CliException($"--prompt-cache {e.Message}");
        }
    }

    private string? Schema(Call call)
    {
        if (call.Get(_schema) is not { } file) return null;
        if (file == "-" && call.Get(_prompt) is null) throw new UsageException("--schema - needs PROMPT: standard input cannot be both");
        return InputFile.Json(file).RootElement.GetRawText();
    }

    private string PromptOfInput(Call call)
    {
        if (Terminal.IsInputTerminal) throw new UsageException("PROMPT is missing: give it as an argument or through a pipe");
        string text = InputFile.Text("-");
        if (text.Length == 0) throw new UsageException("PROMPT is missing: standard input is empty");
        return WithoutLineEnd(call, text);
    }

    /// <summary>A prompt and what came through the pipe: in paragraphs of their own, or with <c>--raw</c> as they are.</summary>
    private string Joined(Call call, string prompt, string piped)
    {
        piped = WithoutLineEnd(call, piped);
        return prompt.Length == 0 || piped.Length == 0 ? prompt + piped : prompt + (call.Get(_raw) ? "" : "\n\n") + piped;
    }

    /// <summary>A line's end belongs to the pipe, not to the message; --raw takes the text as it is.</summary>
    private string WithoutLineEnd(Call call, string text) => call.Get(_raw) ? text : text.TrimEnd('\r', '\n');

    private static void WriteJson(Utf8JsonWriter json, GenerationResult result, double load)
    {
        json.WriteStartObject();
        json.WriteString("text", result.Text);
        Ids("ids", result.Ids);
        Ids("prompt_ids", result.PromptIds);
        json.WriteString("finish_reason", result.FinishReason == FinishReason.Stop ? "stop" : "length");
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", result.PromptIds.Length);
        json.WriteNumber("completion_tokens", result.Ids.Length);
        json.WriteEndObject();
        json.WriteStartObject("timings");
        json.WriteNumber("load_s", Round(load));
        json.WriteNumber("prompt_s", Round(result.PromptSeconds));
        json.WriteNumber("decode_s", Round(result.DecodeSeconds));
        json.WriteNumber("prompt_per_s", Round(Rate(result.PromptIds.Length, result.PromptSeconds)));
        json.WriteNumber("decode_per_s", Round(Rate(result.Ids.Length - 1, result.DecodeSeconds)));
        json.WriteEndObject();
        json.WriteEndObject();

        void Ids(string name, int[] ids)
        {
            json.WriteStartArray(name);
            foreach (int id in ids) json.WriteNumberValue(id);
            json.WriteEndArray();
        }
    }

    private static double Rate(int tokens, double seconds) => seconds > 0 && tokens > 0 ? tokens / seconds : 0;

    private static double Round(double value) => Math.Round(value, 6);
}
