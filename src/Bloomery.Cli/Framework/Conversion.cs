using System.CommandLine;
using Bloomery.Formats;
using Bloomery.Formats.Conversion;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Hub;
using Bloomery.Formats.Safetensors;
using Bloomery.Numerics.Platform;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Cli.Framework;

/// <summary>What <c>convert</c> and <c>quantize</c> have in common.</summary>
public static class Conversion
{
    /// <summary>Types by tensor.</summary>
    public static Option<string[]> TensorTypes() => OptionOf.Texts("--tensor-type", "PATTERN=T", "The type of tensors whose name contains PATTERN, * for anything (may be repeated)");

    /// <summary>Threads.</summary>
    public static Option<int?> Threads() => OptionOf.Int("--threads", $"Threads to quantise with (default here: {Processors.DefaultThreads})", least: 1, aliases: "-t");

    /// <summary>Reads a type; a wrong one is a usage error.</summary>
    public static TypeRecipe Recipe(string type, string[]? overrides)
    {
        try
        {
            return TypeRecipe.Parse(type, overrides);
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message);
        }
    }

    /// <summary>Rewrites a model.</summary>
    public static int Run(Call call, string from, string to, string type, string[]? overrides, string? imatrix, int? threads)
    {
        TypeRecipe recipe = Recipe(type, overrides);
        string path = ModelLocation.Resolve(from);
        bool toGguf = to.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase);
        if (Path.GetFullPath(path) == Path.GetFullPath(to)) throw new UsageException("IN and OUT are the same");
        using TensorFile file = TensorFile.OpenAny(path);
        if (file is GgufFile != toGguf)
            throw new CliException(toGguf ? $"{path}: this build writes GGUF from GGUF only, not from safetensors" : $"{path}: this build writes safetensors from safetensors only; name an OUT that ends with .gguf");
        long total = file.Tensors.Values.Sum(tensor => tensor.ElementCount);
        using ProgressLine progress = call.Progress($"Writing {Path.GetFileName(to)}");
        var conversion = new TensorConversion(file, imatrix is null ? null : ImportanceMatrix.Open(imatrix), threads ?? Processors.DefaultThreads, call.Cancellation)
        {
            Progress = done => progress.Report((double)done / Math.Max(1, total)),
        };
        if (file is GgufFile gguf) Converter.WriteGguf(gguf, to, recipe, conversion);
        else Converter.WriteSafetensors((SafetensorsFile)file, Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!, to, Plain(type), conversion);
        if (!call.WantsJson) return 0;
        call.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("out", to);
            json.WriteString("type", type.ToLowerInvariant());
            json.WriteNumber("tensors", file.Tensors.Count);
            json.WriteNumber("bytes", toGguf ? new FileInfo(to).Length : Directory.GetFiles(to).Sum(part => new FileInfo(part).Length));
            json.WriteEndObject();
        });
        return 0;
    }

    private static BlockFormat Plain(string type) => BlockFormat.TryFind(type, out BlockFormat? format) && format.BlockSize == 1
        ? format
        : throw new UsageException($"a safetensors directory takes f32, f16 or bf16, not {type}");
}
