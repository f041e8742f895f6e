using System.CommandLine;
using System.Text.Json;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Input;
using Bloomery.Cli.Options;
using Bloomery.Formats.Tokenizers;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Cli.Verbs;

/// <summary>Texts to token ids, spellings and offsets.</summary>
[Key("tokenize")]
internal sealed class Tokenize : Verb
{
    private readonly Argument<string> _tokenizer = ArgumentOf.Required("TOK",
        "A tokenizer.json, a SentencePiece .model, a GGUF file, a model directory or a name in the local store");
    private readonly Option<string?> _file = OptionOf.Path("--file", "TEXTS", "A JSON list of strings or pairs [a, b]; - is standard input", "-f").Required();
    private readonly Option<bool> _addSpecial = OptionOf.Flag("--add-special",
        "Add what the post-processor or the GGUF's flags add; for a .model, BOS and EOS");
    private readonly Option<bool> _parseSpecial = OptionOf.Flag("--parse-special", "Special tokens spelled in a text become tokens");

    /// <inheritdoc/>
    public override string Summary => "Turns texts into token ids";

    /// <inheritdoc/>
    public override string Examples =>
        "bloomery tokenize tokenizer.json --file texts.json --add-special\necho '[\"Hello, world\"]' | bloomery tokenize model.gguf --file -";

    /// <inheritdoc/>
    public override string Remarks =>
        "Prints {\"ids\", \"tokens\", \"offsets\"} and, for pairs, \"type_ids\". Offsets count Unicode scalar values of the input.";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols => [_tokenizer, _file, _addSpecial, _parseSpecial];

    /// <inheritdoc/>
    public override int Run(Call call)
    {
        string file = call.Need(_file);
        Tokenizer tokenizer = TokenizerArgument.Load(call, call.Need(_tokenizer));
        (string First, string? Second)[] texts = InputFile.TextsOrPairs(file);
        var options = new EncodeOptions { AddSpecial = call.Get(_addSpecial), ParseSpecial = call.Get(_parseSpecial), Offsets = true };
        var encoded = new Encoding[texts.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            call.Cancellation.ThrowIfCancellationRequested();
            encoded[i] = texts[i].Second is { } second ? tokenizer.EncodePair(texts[i].First, second, options) : tokenizer.Encode(texts[i].First, options);
        }
        call.WriteJson(json => Write(json, encoded, texts.Any(text => text.Second is not null)));
        return 0;
    }

    private static void Write(Utf8JsonWriter json, Encoding[] encoded, bool pairs)
    {
        json.WriteStartObject();
        Lists(json, "ids", encoded, (writer, encoding, i) => writer.WriteNumberValue(encoding.Ids[i]));
        Lists(json, "tokens", encoded, (writer, encoding, i) => writer.WriteStringValue(encoding.Tokens[i]));
        Lists(json, "offsets", encoded, (writer, encoding, i) =>
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(encoding.Offsets[i].Begin);
            writer.WriteNumberValue(encoding.Offsets[i].End);
            writer.WriteEndArray();
        });
        if (pairs) Lists(json, "type_ids", encoded, (writer, encoding, i) => writer.WriteNumberValue(encoding.TypeIds[i]));
        json.WriteEndObject();
    }

    private static void Lists(Utf8JsonWriter json, string name, Encoding[] encoded, Action<Utf8JsonWriter, Encoding, int> write)
    {
        json.WriteStartArray(name);
        foreach (Encoding encoding in encoded)
        {
            json.WriteStartArray();
            for (int i = 0; i < encoding.Length; i++) write(json, encoding, i);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }
}
