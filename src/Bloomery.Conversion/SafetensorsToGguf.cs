using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Models;
using Bloomery.Models.Architectures;
using Bloomery.Models.Config;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Conversion;

/// <summary>Safetensors to GGUF: keys from <c>config.json</c>, tensors in GGUF's order, the tokenizer with them.</summary>
internal static class SafetensorsToGguf
{
    public static ConversionResult Run(TensorFile file, string from, string to, ConversionOptions options)
    {
        ModelConfig config = LoadedModel.ReadConfig(from, file);
        Architecture old = LoadedModel.MakeArchitecture(config);
        CanonicalWeights weights = new(file, old);
        if (weights.Warning is { } warning) options.Warn?.Invoke(warning);
        DropPooler(weights, options);
        GgufKeys keys = GgufKeys.Make(old, weights);
        if (OtherReaders.NeedHead(keys.Architecture)) weights.Untie();
        Architecture made = LoadedModel.MakeArchitecture(keys.Config());
        WeightMap map = new(isGguf: true, weights.Contains, to) { IsPlanned = true };
        made.Map(map); // before the comparison: a few families learn their form from the tensors
        Sameness same = Sameness.Compare(old, made);
        if (same.Difference is { } difference)
            throw config.Error(difference, $"GGUF files of the architecture '{keys.Architecture}' cannot express this model's value");
        if (same.Window is { } window && window < keys.ContextLength)
        {
            options.Warn?.Invoke(
                $"GGUF files of the architecture '{keys.Architecture}' have no sliding window: the new file states {window} tokens of context, up "
                + "to which there is no difference");
            keys.ContextLength = window;
        }
        IReadOnlyList<RowSource> tensors = TensorLayout.Build(file.Path, map, weights, (_, part) => part.Names[0], (name, shape) => Shape(name, shape, keys));

        if (OtherReaders.Obstacle(keys.Architecture, old.LayerCount, tensors.Select(t => t.Name).Concat(keys.RopeTensors.Select(t => t.Name))) is { } obstacle)
            options.Warn?.Invoke($"llama.cpp will not read the new file: {obstacle}");
        if (OtherReaders.Overlooked(keys.Names) is { } overlooked)
            options.Warn?.Invoke($"llama.cpp does not look at the key {overlooked}, and will compute something else");
        TypeRecipe types = options.Types ?? TypeRecipe.Natural(tensors.Select(t => t.Format));
        GgufWriter writer = new();
        string folder = Directory.Exists(from) ? from : Path.GetDirectoryName(Path.GetFullPath(from))!;
        keys.WriteTo(writer, Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), types.FileType);
        GgufTokenizerKeys.Write(writer, folder, weights.RowsOf("token_embd.weight"), keys.Architecture, options.Warn);
        foreach ((string name, float[] values) in keys.RopeTensors)
            writer.Add(name, BlockFormat.F32, [values.Length], System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        IReadOnlyDictionary<string, BlockFormat> formats = types.Assign(tensors.Select(t => (t.Name, t.Shape, t.Format)), keys.Shape,
            options.Importance is not null, keepOthers: false);
        return ModelConverter.Write(file.Path, to, tensors, formats, options, (name, format, shape, write) => writer.Add(name, format, shape, write),
            () => writer.Save(to));
    }

    /// <summary>GGUF's encoders end with the last block.</summary>
    private static void DropPooler(CanonicalWeights weights, ConversionOptions options)
    {
        if (!weights.Remove("pooler.weight")) return;
        weights.Remove("pooler.bias");
        options.Warn?.Invoke("GGUF has no place for the pooler: it is left out");
    }

    private static long[] Shape(string name, IReadOnlyList<long> shape, GgufKeys keys)
    {
        bool headGains = keys.Architecture is "stablelm" or "command-r"
            && (name.EndsWith("attn_q_norm.weight", StringComparison.Ordinal) || name.EndsWith("attn_k_norm.weight", StringComparison.Ordinal));
        if (headGains) return [shape[0] / keys.HeadDim, keys.HeadDim];
        return shape is [1, _] ? [shape[1]] : [.. shape]; // a gate of one row is a vector there
    }
}
