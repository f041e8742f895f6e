using System.CommandLine;
using Bloomery.Cli.Chat;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Input;
using Bloomery.Cli.Options;
using Bloomery.Engine;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Cli.Verbs;

/// <summary>A conversation at the terminal.</summary>
[Key("chat")]
internal sealed class ChatVerb : Verb
{
    private readonly Option<string?> _model = OptionOf.Path("--model", "MODEL",
        "A GGUF file, a directory with safetensors or a name in the local store (default: the embedded text model)", "-m");
    private readonly SamplingArguments _sampling = new();
    private readonly Option<string?> _system = OptionOf.Text("--system", "TEXT", "The system prompt");
    private readonly Option<string?> _template = TemplateSource.NameOption();
    private readonly ComputeOptions _compute = new();

    /// <inheritdoc/>
    public override string Summary => "Talks with you";

    /// <inheritdoc/>
    public override string Examples => "bloomery chat\nbloomery chat -m model.gguf --system \"You answer in one sentence.\" --temp 0.7";

    /// <inheritdoc/>
    public override string Remarks =>
        "/help lists the commands of the conversation. Ctrl-C stops an answer, Ctrl-D ends. When the context is full, the oldest exchange is dropped, and a "
        + "line says so. Without a terminal each line of standard input is a message. With --json, the whole conversation at its end: "
        + "{\"messages\": [{\"role\", \"content\"}]}.";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols => [_model, .. _sampling.Symbols, _system, _template, .. _compute.Symbols];

    /// <inheritdoc/>
    public override int Run(Call call)
    {
        StandardInput.Check();
        string? template = TemplateSource.CheckName(call.Get(_template), call.Get(_model));
        using Model model = ModelArgument.LoadModel(call, _compute, ModelArgument.Resolve(call.Get(_model)));
        if (model.IsGenerative && model.FindChatTemplate(template) is null)
            throw new CliException($"{model.Path}: the model has no chat template; 'bloomery run --raw' continues a text");
        if (!model.IsGenerative) throw new CliException($"{model.Path}: an encoder does not talk; 'bloomery embed' takes it");
        call.Warn(model.Warnings);
        using ChatSession chat = new(model, call.Get(_system), _sampling.Options(call) with { TemplateName = template });
        using var console = new ChatConsole(call);
        call.Log($"{Path.GetFileName(Path.TrimEndingDirectorySeparator(model.Path))}, context {model.ContextLength} tokens; /help "
            + "lists the commands, Ctrl-D ends");
        new ChatLoop(chat, console.Read, console.Write, console.BeginAnswer).Run();
        if (call.WantsJson) call.WriteJson(chat.Write);
        return 0;
    }
}
