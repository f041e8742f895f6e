using Bloomery.Cli.Framework;
using Bloomery.Formats.Hub;
using Bloomery.Formats.Tokenizers;

namespace Bloomery.Cli.Input;

/// <summary>Loads what the verbs call TOK.</summary>
internal static class TokenizerArgument
{
    /// <summary>Loads a tokenizer.json, a .model, a GGUF file, a model directory or a model in the store.</summary>
    public static Tokenizer Load(Call call, string argument)
    {
        TokenizerBundle bundle = TokenizerLoader.Load(ModelLocation.Resolve(argument));
        call.Warn(bundle.Warnings);
        return bundle.Tokenizer;
    }
}
