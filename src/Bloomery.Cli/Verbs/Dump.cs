using System.CommandLine;
using System.Runtime.InteropServices;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Options;
using Bloomery.Cli.Output;
using Bloomery.Formats;
using Bloomery.Formats.Hub;
using Bloomery.Formats.Safetensors;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Cli.Verbs;

/// <summary>The tensors of a file as plain floats.</summary>
[Key("dump")]
internal sealed class Dump : Verb
{
    private const long StepWeights = 1 << 20;

    private readonly Argument<string> _file = ArgumentOf.Required("FILE", "A GGUF or safetensors file or directory, with or without a model's keys");
    private readonly Option<string?> _out = OptionOf.Path("--out", "OUT.safetensors", "The file to write", "-o").Required();
    private readonly Option<string[]> _tensors = OptionOf.Texts("--tensor", "NAME", "Only this tensor (may be repeated)");

    /// <inheritdoc/>
    public override string Summary => "Writes tensors dequantised to f32, names kept, outermost dimension first";

    /// <inheritdoc/>
    public override string Examples => "bloomery dump model.gguf --out floats.safetensors --tensor blk.0.attn_q.weight --tensor output_norm.weight";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols => [_file, _out, _tensors];

    /// <inheritdoc/>
    public override bool Prints(Call call) => call.WantsJson;

    /// <inheritdoc/>
    public override int Run(Call call)
    {
        string to = call.Need(_out);
        AtomicFile.Check(to);
        using TensorFile file = TensorFile.OpenAny(ModelLocation.Resolve(call.Need(_file)));
        string[] wanted = call.Get(_tensors) ?? [];
        TensorInfo[] tensors = [.. wanted.Length == 0 ? file.Tensors.Values : wanted.Distinct().Select(file.Tensor)];
        var writer = new SafetensorsWriter();
        long total = tensors.Sum(tensor => tensor.ElementCount), done = 0;
        using ProgressLine progress = call.Progress($"Writing {Path.GetFileName(to)}");
        foreach (TensorInfo tensor in tensors)
        {
            writer.Add(tensor.Name, BlockFormat.F32, tensor.Shape, stream =>
            {
                Expand(call, file, tensor, stream);
                progress.Report((double)(done += tensor.ElementCount) / Math.Max(1, total));
            });
        }
        writer.Save(to);
        if (!call.WantsJson) return 0;
        call.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("out", to);
            json.WriteNumber("tensors", tensors.Length);
            json.WriteNumber("weights", total);
            json.WriteEndObject();
        });
        return 0;
    }

    /// <summary>Some rows at a time, so that a tensor of any size fits.</summary>
    private static void Expand(Call call, TensorFile file, TensorInfo tensor, Stream stream)
    {
        if (tensor.ElementCount == 0) return;
        long rows = tensor.ElementCount / tensor.RowLength, step = Math.Max(1, StepWeights / tensor.RowLength);
        float[] values = new float[checked(Math.Min(rows, step) * tensor.RowLength)];
        for (long row = 0; row < rows; row += step)
        {
            call.Cancellation.ThrowIfCancellationRequested();
            Span<float> part = values.AsSpan(0, (int)(Math.Min(step, rows - row) * tensor.RowLength));
            file.Dequantize(tensor, row, part);
            stream.Write(MemoryMarshal.AsBytes(part));
        }
    }
}
