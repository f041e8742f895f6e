using Bloomery.Cli.Framework;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Tokenizers;

namespace Bloomery.Cli.Input;

/// <summary>The text of a chat template and the special tokens that its model brings along.</summary>
/// <param name="Name">Where it came from, for messages.</param>
/// <param name="Text">The template.</param>
/// <param name="SpecialTokens">Variables such as <c>bos_token</c>.</param>
internal sealed record TemplateSource(string Name, string Text, IReadOnlyDictionary<string, string> SpecialTokens)
{
    /// <summary>Reads a .jinja file, a GGUF file or a model directory.</summary>
    /// <exception cref="CliException">There is no template.</exception>
    public static TemplateSource Read(string path)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        if (!Directory.Exists(path) && !GgufFile.IsGguf(path)) return new TemplateSource(name, InputFile.Text(path), new Dictionary<string, string>());
        TokenizerBundle bundle = TokenizerLoader.Load(path);
        if (bundle.ChatTemplate is not { } text) throw new CliException($"{path}: the model has no chat template");
        var tokens = new Dictionary<string, string>();
        if (bundle.BosToken is { } bos) tokens["bos_token"] = bos;
        if (bundle.EosToken is { } eos) tokens["eos_token"] = eos;
        return new TemplateSource(name, text, tokens);
    }
}
