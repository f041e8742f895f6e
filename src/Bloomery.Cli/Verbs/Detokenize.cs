using System.CommandLine;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Input;
using Bloomery.Cli.Options;
using Bloomery.Formats.Tokenizers;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Cli.Verbs;

/// <summary>Token ids to texts, as a stream would give them out.</summary>
[Key("detokenize")]
internal sealed class Detokenize : Verb
{
    private readonly Argument<string> _tokenizer = ArgumentOf.Required("TOK",
        "A tokenizer.json, a SentencePiece .model, a GGUF file, a model directory or a name in the local store");
    private readonly Option<string?> _file = OptionOf.Path("--file", "IDS", "A JSON list of lists of token ids; - is standard input", "-f").Required();
    private readonly Option<bool> _skipSpecial = OptionOf.Flag("--skip-special", "Special tokens give no text");

    /// <inheritdoc/>
    public override string Summary => "Turns token ids into texts";

    /// <inheritdoc/>
    public override string Examples =>
        "bloomery detokenize model.gguf --file ids.json --skip-special\necho '[[19556, 28, 905]]' | bloomery detokenize model.gguf --file -";

    /// <inheritdoc/>
    public override string Remarks =>
        "Prints {\"texts\", \"pieces\"}: a piece is the text that its id releases, empty while bytes are held back; what is left at the end joins the last.";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols => [_tokenizer, _file, _skipSpecial];

    /// <inheritdoc/>
    public override int Run(Call call)
    {
        string file = call.Need(_file);
        Tokenizer tokenizer = TokenizerArgument.Load(call, call.Need(_tokenizer));
        int[][] lists = InputFile.IdLists(file);
        bool skip = call.Get(_skipSpecial);
        string[][] pieces = [.. lists.Select(ids => tokenizer.DecodePieces(ids, skip))];
        string[] texts = [.. lists.Select(ids => tokenizer.Decode(ids, skip))];
        call.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("texts");
            foreach (string text in texts) json.WriteStringValue(text);
            json.WriteEndArray();
            json.WriteStartArray("pieces");
            foreach (string[] list in pieces)
            {
                json.WriteStartArray();
                foreach (string piece in list) json.WriteStringValue(piece);
                json.WriteEndArray();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });
        return 0;
    }
}
