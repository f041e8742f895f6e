using System.CommandLine;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Options;
using Bloomery.Engine;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Tokenizers;

namespace Bloomery.Cli.Input;

/// <summary>The text of a chat template and the special tokens that its model brings along.</summary>
/// <param name="Name">Where it came from, for messages.</param>
/// <param name="Text">The template.</param>
/// <param name="SpecialTokens">Variables such as <c>bos_token</c>.</param>
internal sealed record TemplateSource(string Name, string Text, IReadOnlyDictionary<string, string> SpecialTokens)
{
    /// <summary>The option that chooses among a model's templates.</summary>
    public static Option<string?> NameOption() => OptionOf.Path(
        "--template-name", "NAME",
        "Which of the model's chat templates; 'bloomery inspect' lists them (default: tool_use where tools are given, else default)");

    /// <summary>Looks for a template's name before anything of a model's weights is read.</summary>
    /// <param name="name">The name, or null where none is given.</param>
    /// <param name="model">The model as it was given.</param>
    /// <returns>The name.</returns>
    public static string? CheckName(string? name, string? model)
    {
        if (name is not null) _ = TokenizerLoader.Load(ModelArgument.Resolve(model)).FindTemplate(name);
        return name;
    }

    /// <summary>Reads a .jinja file, or the template of a GGUF file or model directory.</summary>
    /// <exception cref="CliException">There is no template.</exception>
    public static TemplateSource Read(Call call, string path, string? template, bool withTools)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        if (!Directory.Exists(path) && !GgufFile.IsGguf(path))
        {
            if (template is not null) throw new UsageException($"--template-name chooses among a model's templates; {path} is one");
            return new TemplateSource(name, InputFile.Text(path), new Dictionary<string, string>());
        }

        TokenizerBundle bundle = TokenizerLoader.Load(path);
        call.Warn(bundle.Warnings);
        string text = bundle.FindTemplate(template, withTools) ?? throw new CliException($"{path}: the model has no chat template");
        return new TemplateSource(name, text, bundle.SpecialTokens);
    }
}
