using Bloomery.Formats.Hub;
using Bloomery.Formats.Tokenizers;
using Bloomery.Formats.Tokenizers.SentencePiece;

namespace Bloomery.Cli.Framework;

/// <summary>Loads what the verbs call TOK.</summary>
public static class TokenizerArgument
{
    /// <summary>Loads a tokenizer.json, a .model, a GGUF file, a model directory or a model in the store.</summary>
    public static Tokenizer Load(string argument)
    {
        string path = ModelLocation.Resolve(argument);
        if (path.EndsWith(".model", StringComparison.OrdinalIgnoreCase)) return SentencePieceTokenizer.Load(path);
        throw new CliException($"{path}: no tokenizer that this build can read");
    }
}
