using System.CommandLine;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Options;
using Bloomery.Cli.Output;
using Bloomery.Conversion;
using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Hub;
using Bloomery.Numerics.Platform;

namespace Bloomery.Cli.Conversion;

/// <summary>What <c>convert</c> and <c>quantize</c> have in common.</summary>
internal static class ConversionCall
{
    /// <summary>Types by tensor.</summary>
    public static Option<string[]> TensorTypes() =>
        OptionOf.Texts("--tensor-type", "PATTERN=T",
            "The type of tensors in whose name PATTERN, a regular expression or text with *, is found (may be repeated; the first that fits counts)");

    /// <summary>Threads.</summary>
    public static Option<int?> Threads() => OptionOf.Threads("Threads to quantise with");

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
    public static int Run(Call call, string from, string to, string? type, string[]? overrides, string? imatrix, int? threads)
    {
        bool toGguf = ModelConverter.IsGgufName(to);
        if (type is null && overrides is { Length: > 0 }) throw new UsageException("--tensor-type needs --type for the other tensors");
        TypeRecipe? recipe = type is null ? null : Recipe(type, overrides);
        if (!toGguf && recipe is { Base.BlockSize: > 1 })
            throw new UsageException($"a safetensors directory takes f32, f16 or bf16, not {type}; for GGUF name an OUT that ends with .gguf");
        if (toGguf) AtomicFile.Check(to);
        string path = ModelLocation.Resolve(from);
        if (threads is { } asked && Processors.Crowding(asked) is { } crowding) call.Warn(crowding);
        List<string> notes = [];
        ConversionResult result;
        using (ProgressLine progress = call.Progress($"Writing {Path.GetFileName(Path.TrimEndingDirectorySeparator(to))}"))
        {
            result = ModelConverter.Convert(path, to, new ConversionOptions
            {
                Types = recipe,
                Importance = imatrix is null ? null : ImportanceMatrix.Open(imatrix),
                Threads = threads ?? Processors.DefaultThreads,
                Progress = progress,
                Warn = notes.Add,
                Cancellation = call.Cancellation,
            });
        }
        // Programs read them in the JSON document.
        foreach (string note in notes) call.Log("note: " + note);
        if (!call.WantsJson) return 0;
        call.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("out", to);
            json.WriteNumber("tensors", result.Tensors);
            json.WriteNumber("weights", result.Weights);
            json.WriteNumber("bytes", result.Bytes);
            json.WriteStartObject("types");
            foreach ((string name, int count) in result.Types.OrderBy(t => t.Key, StringComparer.Ordinal)) json.WriteNumber(name, count);
            json.WriteEndObject();
            json.WriteStartArray("notes");
            foreach (string note in notes) json.WriteStringValue(note);
            json.WriteEndArray();
            json.WriteEndObject();
        });
        return 0;
    }
}
