using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Bloomery.Cli.Constraints;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Input;
using Bloomery.Cli.Options;
using Bloomery.Engine.Grammars.Masks;
using Bloomery.Formats.Tokenizers;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Cli.Verbs;

/// <summary>Schemas and patterns tried on texts, without a model.</summary>
[Key("constrain")]
internal sealed class Constrain : Verb
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Argument<string> _tokenizer = ArgumentOf.Required("TOK",
        "A tokenizer.json, a SentencePiece .model, a GGUF file, a model directory or a name in the local store");
    private readonly Option<string?> _file = OptionOf.Path("--file", "CASES.jsonl", "Cases as JSON lines, gzipped or not; - is standard input", "-f");
    private readonly Option<string?> _schema = OptionOf.Path("--schema", "F", "A JSON schema to try; - is standard input");
    private readonly Option<string?> _regex = OptionOf.Text("--regex", "R", "A regular expression to try, for the whole text");
    private readonly Option<string[]> _texts = OptionOf.Texts("--text", "STRING", "A text to try the schema or expression on");

    /// <inheritdoc/>
    public override string Summary => "Tries schemas and patterns on texts, without a model";

    /// <inheritdoc/>
    public override string Examples =>
        "bloomery constrain tokenizer.json --file cases.jsonl\nbloomery constrain model.gguf --regex '[a-z]+@[a-z]+' --text me@home\n"
        + "bloomery constrain model.gguf --schema person.json --text '{\"name\": \"Ann\"}'";

    /// <inheritdoc/>
    public override string Remarks =>
        "A case is {\"id\", \"schema\" or \"regex\", \"tests\": [{\"valid\", \"data\" (JSON) or \"text\"}]}. Prints one line per case: "
        + "{\"id\", \"error\" (null, or why it is refused), \"accepted\", \"compile_us\", \"mask_us\" (one per token)}; a summary goes to standard error.";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols => [_tokenizer, _file, _schema, _regex, _texts];

    /// <inheritdoc/>
    public override int Run(Call call)
    {
        IEnumerable<ConstraintCase> cases = Cases(call);
        Tokenizer tokenizer = TokenizerArgument.Load(call, call.Need(_tokenizer));
        var trie = new TokenTrie(tokenizer);
        var summary = new ConstraintSummary();
        foreach (ConstraintCase test in cases)
        {
            call.Cancellation.ThrowIfCancellationRequested();
            var run = ConstraintRun.Run(test, tokenizer, trie, call.Cancellation);
            Write(call, test, run);
            summary.Add(test, run);
        }
        if (!call.Quiet) Console.Error.WriteLine(summary.ToString());
        return 0;
    }

    private IEnumerable<ConstraintCase> Cases(Call call)
    {
        string? file = call.Get(_file), schema = call.Get(_schema), regex = call.Get(_regex);
        if ((file is null ? 0 : 1) + (schema is null ? 0 : 1) + (regex is null ? 0 : 1) != 1)
            throw new UsageException("expected one of --file, --schema and --regex");
        string[] texts = call.Get(_texts) ?? [];
        if (file is not null && texts.Length == 0) return [.. ConstraintCase.Read(file)];
        if (file is not null) throw new UsageException("--text goes with --schema or --regex; --file has its own texts");
        JsonElement body = schema is not null
            ? JsonSerializer.SerializeToElement(new Dictionary<string, JsonElement> { ["schema"] = InputFile.Json(schema).RootElement })
            : JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["regex"] = regex! });
        return [new ConstraintCase(schema ?? "regex", body, [.. texts.Select(t => ((bool?)null, t))])];
    }

    private static void Write(Call call, ConstraintCase test, ConstraintRun run)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            json.WriteStartObject();
            json.WriteString("id", test.Id);
            json.WriteString("error", run.Error);
            json.WriteStartArray("accepted");
            foreach (bool accepted in run.Accepted) json.WriteBooleanValue(accepted);
            json.WriteEndArray();
            json.WriteNumber("compile_us", Math.Round(run.CompileMicroseconds, 1));
            json.WriteStartArray("mask_us");
            foreach (double time in run.MaskMicroseconds) json.WriteNumberValue(Math.Round(time, 1));
            json.WriteEndArray();
            json.WriteEndObject();
        }
        call.Write(System.Text.Encoding.UTF8.GetString(buffer.ToArray()) + "\n");
    }
}
