using System.Text.Json.Nodes;
using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Safetensors;
using Bloomery.Models;
using Bloomery.Models.Architectures;
using Bloomery.Models.Config;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Conversion;

/// <summary>
/// GGUF to a directory as the reference library writes it: configuration, tokenizer, weights of one floating-point type under the library's names.
/// </summary>
internal static class GgufToSafetensors
{
    public static ConversionResult Run(GgufFile file, string to, ConversionOptions options)
    {
        Architecture old = LoadedModel.MakeArchitecture(GgufConfig.Read(file));
        CanonicalWeights weights = new(file, old);
        BlockFormat type = (options.Types ?? TypeRecipe.Natural(file.Tensors.Values.Select(t => t.Format))).Base;
        JsonObject json = ConfigKeys.Make(old, weights, file.Metadata);
        ModelConfig config = new(file.Path, json);
        Architecture made = LoadedModel.MakeArchitecture(config);
        Sameness same = Sameness.Compare(old, made);
        if ((same.Difference ?? (same.Window is null ? null : "sliding_window")) is { } difference)
            throw new ModelFormatException(file.Path, difference, null, $"a configuration of '{config.ModelType}' cannot express this model's value");
        WeightMap map = new(isGguf: false, weights.Contains, to) { IsPlanned = true };
        made.Map(map);
        bool bare = made.Kind == ArchitectureKind.Encoder;
        IReadOnlyList<RowSource> tensors = TensorLayout.Build(file.Path, map, weights, (entry, part) => Name(entry, part, bare),
            (name, shape) => Shape(name, shape, config));

        SafetensorsWriter writer = new();
        json["dtype"] = OutputDirectory.TypeName(type);
        Dictionary<string, BlockFormat> formats = tensors.ToDictionary(t => t.Name, _ => type);
        return OutputDirectory.Write(to, directory =>
        {
            ConversionResult result = ModelConverter.Write(file.Path, to, tensors, formats, options,
                (name, format, shape, write) => writer.Add(name, format, shape, write), () => writer.SaveModel(directory));
            OutputDirectory.WriteJson(directory, "config.json", json);
            if (GenerationConfig(json) is { } generation) OutputDirectory.WriteJson(directory, "generation_config.json", generation);
            TokenizerFiles.Write(file.Metadata, directory, options.Warn);
            SentenceModuleFiles.Write(directory, old.Config.IntOr(0, "gguf.pooling_type"), old.HiddenSize);
            return result;
        });
    }

    /// <summary>The library's name: with the model's prefix, but for the head, which lies outside.</summary>
    private static string Name(WeightEntry entry, WeightPart part, bool bare)
    {
        string[] names = [.. part.Names.Where(n => !n.EndsWith(".gamma", StringComparison.Ordinal) && !n.EndsWith(".beta", StringComparison.Ordinal))];
        return bare || entry.Target is "output.weight" or "output.bias" ? names[^1] : names[0];
    }

    private static long[] Shape(string name, IReadOnlyList<long> shape, ModelConfig config)
    {
        if (config.ModelType != "cohere"
            || !(name.EndsWith("q_norm.weight", StringComparison.Ordinal) || name.EndsWith("k_norm.weight", StringComparison.Ordinal))) return [.. shape];
        int headDim = config.Size("head_dim");
        return [shape[0] / headDim, headDim];
    }

    private static JsonObject? GenerationConfig(JsonObject config)
    {
        JsonObject result = [];
        foreach (string key in (string[])["bos_token_id", "eos_token_id", "pad_token_id"])
            if (config[key] is { } id) result[key] = id.DeepClone();
        return result.Count == 0 || config["architectures"]?[0]?.GetValue<string>().EndsWith("ForCausalLM", StringComparison.Ordinal) != true
            && config["model_type"]?.GetValue<string>() != "gpt2" ? null : result;
    }
}
