using Bloomery.Cli.Framework;
using Bloomery.Cli.Options;
using Bloomery.Cli.Output;
using Bloomery.Engine;
using Bloomery.Engine.Inference;
using Bloomery.Formats;
using Bloomery.Formats.Hub;

namespace Bloomery.Cli.Input;

/// <summary>Finds and loads what the verbs call MODEL.</summary>
internal static class ModelArgument
{
    /// <summary>The path behind a name; an embedded model where none is given.</summary>
    public static string Resolve(string? model, ModelKind kind = ModelKind.Text) => model is null ? EmbeddedModels.Find(kind) : ModelLocation.Resolve(model);

    /// <summary>Loads a model with its tokenizer and template as the options say, with progress.</summary>
    public static Model LoadModel(Call call, ComputeOptions options, string path)
    {
        ModelOptions chosen = options.Runtime(call);
        using ProgressLine progress = call.Progress($"Loading {Path.GetFileName(Path.TrimEndingDirectorySeparator(path))}");
        Model model = Model.Load(path, chosen with { Progress = progress });
        Describe(call, model.Runtime);
        call.Warn(model.Warnings);
        return model;
    }

    /// <summary>Loads a model as the options say, with progress.</summary>
    public static Runtime Load(Call call, ComputeOptions options, string path) => Load(call, options.Runtime(call), path);

    /// <summary>Loads a model, with progress.</summary>
    public static Runtime Load(Call call, ModelOptions options, string path)
    {
        using ProgressLine progress = call.Progress($"Loading {Path.GetFileName(Path.TrimEndingDirectorySeparator(path))}");
        Runtime loaded = Runtime.Load(path, options with { Progress = progress });
        Describe(call, loaded);
        return loaded;
    }

    private static void Describe(Call call, Runtime runtime)
    {
        call.Warn(runtime.Warnings);
        call.Detail($"kernels: {runtime.Choice.Reason}; threads: {runtime.Team.Threads}; context: {runtime.ContextLength}{Beyond(runtime.Facts)}; kv: "
            + $"{runtime.KeyType},{runtime.ValueType}; weights: {runtime.Facts.WeightBytes >> 20} MiB, {runtime.Facts.MappedBytes >> 20} of them mapped");
    }

    private static string Beyond(ModelFacts facts) => facts.ContextLength > facts.StatedContext ? $" (made for {facts.StatedContext})" : "";

    /// <summary>The vectors of a soft prompt's file: its tensor <c>soft_prompt</c> [n, hidden]; none when no file is given.</summary>
    /// <exception cref="CliException">The file has no such tensor, or one of another width.</exception>
    public static float[] SoftPrompt(string? path, int hidden)
    {
        if (path is null) return [];
        using TensorFile file = TensorFile.OpenAny(path);
        TensorInfo tensor = file.Tensor("soft_prompt");
        if (tensor.Shape.Length != 2 || tensor.Shape[1] != hidden)
            throw new CliException($"{path}: soft_prompt is [{string.Join(", ", tensor.Shape)}], this model takes [n, {hidden}]");
        return file.Dequantize(tensor);
    }
}
