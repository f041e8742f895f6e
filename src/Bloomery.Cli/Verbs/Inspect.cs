using System.CommandLine;
using System.Text.Json;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Inspection;
using Bloomery.Cli.Options;
using Bloomery.Cli.Output;
using Bloomery.Engine;
using Bloomery.Engine.Inspection;
using Bloomery.Formats.Hub;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Cli.Verbs;

/// <summary>What a model is, from its headers; with <c>--plan</c>, what would be run.</summary>
[Key("inspect")]
internal sealed class Inspect : Verb
{
    private readonly Argument<string?> _model = ArgumentOf.Optional("MODEL",
        "A GGUF file, a safetensors file or directory, or a name in the local store (default: the embedded text model)");
    private readonly Option<bool> _plan = OptionOf.Flag("--plan", "Load the model and print the operations that a token passes through");
    private readonly ComputeOptions _compute = new();

    /// <inheritdoc/>
    public override string Summary => "Shows architecture, parameters, tensors, context, memory, tokenizer, template and licence";

    /// <inheritdoc/>
    public override string Examples => "bloomery inspect model.gguf\nbloomery inspect model.gguf --context 4096 --kv-type q8_0 --json\nbloomery inspect --plan";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols => [_model, _plan, .. _compute.Symbols];

    /// <inheritdoc/>
    public override int Run(Call call)
    {
        string path = call.Get(_model) is { } model ? ModelLocation.Resolve(model) : EmbeddedModels.Find(ModelKind.Text);
        (KvType keys, KvType values) = ComputeOptions.ParseKvType(call.Get(_compute.KvType));
        KernelChoice? kernels = call.Get(_compute.Kernels) is { } tier ? ComputeOptions.Detect(tier) : null;
        bool exact = call.Get(_compute.Exact) || kernels?.Kernels.Name == "reference";
        ModelCard card = ModelCard.Read(path, call.Get(_compute.Context), exact ? (KvType.F32, KvType.F32) : (keys, values));
        call.Warn(card.Warnings);
        string? plan = call.Get(_plan) ? Plan(call, path) : null;
        if (call.WantsJson) call.WriteJson(json => WriteJson(json, card, plan));
        else WriteText(call, card, plan);
        return 0;
    }

    private string Plan(Call call, string path)
    {
        KernelChoice kernels = ComputeOptions.Detect(call.Get(_compute.Kernels));
        using ProgressLine progress = call.Progress($"Loading {Path.GetFileName(path)}");
        PlanListing plan = PlanListing.Of(path, kernels.Kernels, progress, call.Get(_compute.Threads) ?? 0);
        call.Warn(plan.Warnings);
        return plan.Text;
    }

    private static void WriteText(Call call, ModelCard card, string? plan)
    {
        TextTable.Write(call, CardRows.Of(card).Select(row => (string[])[row.Name, row.Value]));
        if (plan is not null) call.Write("\n" + plan);
    }

    private static void WriteJson(Utf8JsonWriter json, ModelCard card, string? plan)
    {
        json.WriteStartObject();
        json.WriteString("path", card.Path);
        json.WriteString("format", card.Format);
        json.WriteString("architecture", card.Architecture);
        json.WriteBoolean("supported", card.Supported);
        json.WriteString("name", card.Name);
        json.WriteString("license", card.License);
        json.WriteNumber("parameters", card.Parameters);
        json.WriteNumber("tensors", card.Tensors);
        json.WriteStartObject("types");
        foreach ((string type, int count) in card.Types) json.WriteNumber(type, count);
        json.WriteEndObject();
        json.WriteNumber("layers", card.Layers);
        json.WriteNumber("hidden", card.Hidden);
        json.WriteNumber("vocabulary", card.Vocabulary);
        json.WriteNumber("context", card.ModelContext);
        json.WriteString("tokenizer", card.Tokenizer);
        json.WriteBoolean("chat_template", card.Templates.Count > 0);
        Texts("chat_templates", card.Templates);
        json.WriteStartObject("special_tokens");
        Texts("before", card.SpecialBefore);
        Texts("behind", card.SpecialBehind);
        json.WriteString("reason", card.SpecialReason);
        json.WriteEndObject();
        json.WriteStartObject("memory");
        json.WriteNumber("context", card.Context);
        json.WriteString("kv_type", card.KvType);
        json.WriteNumber("weights_bytes", card.WeightBytes);
        json.WriteNumber("kv_bytes", card.KvBytes);
        json.WriteNumber("total_bytes", card.WeightBytes + card.KvBytes);
        json.WriteEndObject();
        if (plan is not null) json.WriteString("plan", plan);
        json.WriteEndObject();

        void Texts(string name, IReadOnlyList<string> texts)
        {
            json.WriteStartArray(name);
            foreach (string text in texts) json.WriteStringValue(text);
            json.WriteEndArray();
        }
    }
}
