using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Safetensors;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Conversion;

/// <summary>
/// Rewrites a model: another container (GGUF, safetensors), other types, or both. Tensor by tensor, so that a model of any size fits; the new file appears
/// whole or not at all.
/// </summary>
public static class ModelConverter
{
    private const int DiskFull = 0x70, NoSpaceLeft = 28; // Windows, and everywhere else

    /// <summary>ggml's version of the block layouts.</summary>
    internal const uint QuantizationVersion = 2;

    /// <summary>Whether <paramref name="path"/> names a GGUF file to be written; else it is a directory for safetensors.</summary>
    public static bool IsGgufName(string path) => path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase);

    /// <summary>Writes the model at <paramref name="from"/> to <paramref name="to"/>.</summary>
    /// <param name="from">A GGUF file, a safetensors file, or a directory with safetensors.</param>
    /// <param name="to">A file that ends in <c>.gguf</c>, or a directory for safetensors.</param>
    /// <param name="options">Types, threads, progress.</param>
    /// <exception cref="ModelFormatException">The model is damaged, or has something that the new container cannot express.</exception>
    /// <exception cref="ArgumentException">The new container has no such type, or <paramref name="to"/> is <paramref name="from"/>.</exception>
    /// <exception cref="IOException">Something cannot be read or written.</exception>
    public static ConversionResult Convert(string from, string to, ConversionOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(from);
        ArgumentException.ThrowIfNullOrEmpty(to);
        ArgumentNullException.ThrowIfNull(options);
        bool gguf = IsGgufName(to);
        if (!gguf && options.Types is { Base.BlockSize: > 1 } types)
            throw new ArgumentException($"safetensors hold f32, f16 or bf16, not {types.Name}; name a file that ends in .gguf");
        if (!File.Exists(from) && !Directory.Exists(from)) throw new FileNotFoundException($"{from}: there is no such file or directory", from);
        using TensorFile file = TensorFile.OpenAny(from);
        RefuseOwnInput(file, to, gguf);
        if (gguf && Directory.Exists(to)) throw new IOException($"{to} is a directory");
        if (!gguf && File.Exists(to)) throw new IOException($"{to} is a file; safetensors are written to a directory");
        return file switch
        {
            GgufFile old when gguf => GgufRewriting.Run(old, to, options),
            GgufFile old => GgufToSafetensors.Run(old, to, options),
            _ when gguf => SafetensorsToGguf.Run(file, from, to, options),
            _ => SafetensorsRewriting.Run((SafetensorsFile)file, from, to, options),
        };
    }

    /// <summary>Adds the tensors to a writer.</summary>
    internal delegate void Adder(string name, BlockFormat format, long[] shape, Action<Stream> write);

    /// <summary>Adds all tensors in their types, has the file saved, and says what it holds.</summary>
    internal static ConversionResult Write(string file, string to, IReadOnlyList<RowSource> tensors, IReadOnlyDictionary<string, BlockFormat> formats,
        ConversionOptions options, Adder add, Action save)
    {
        using TensorWriter writer = new(file, options, tensors.Sum(t => t.Count));
        long bytes = 0;
        foreach (RowSource tensor in tensors)
        {
            BlockFormat format = formats[tensor.Name];
            add(tensor.Name, format, tensor.Shape, stream => writer.Write(tensor, format, stream));
            bytes += format.RowBytes(tensor.Columns) * tensor.Rows;
        }
        RequireSpace(to, bytes);
        try
        {
            save();
        }
        catch (IOException e) when ((e.HResult & 0xFFFF) is DiskFull or NoSpaceLeft)
        {
            throw new IOException($"{to}: the disk is full; {Size(bytes)} are needed", e);
        }
        options.Progress?.Report(1);
        Dictionary<string, int> types = tensors.GroupBy(t => formats[t.Name].Name).ToDictionary(g => g.Key, g => g.Count());
        return new ConversionResult(tensors.Count, tensors.Sum(t => t.Count), bytes, types);
    }

    /// <summary>Says at once what would otherwise be found out after minutes of work.</summary>
    private static void RequireSpace(string to, long bytes)
    {
        string? folder = Path.GetFullPath(to);
        while (folder is not null && !Directory.Exists(folder)) folder = Path.GetDirectoryName(folder);
        long free;
        try
        {
            free = new DriveInfo(folder ?? to).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return; // not every file system tells
        }
        if (free < bytes) throw new IOException($"{to}: {Size(bytes)} are needed, but the disk has only {Size(free)} left");
    }

    private static string Size(long bytes) => $"{(bytes / 1e6).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture)} MB";

    private static void RefuseOwnInput(TensorFile file, string to, bool gguf)
    {
        foreach (string part in file.Files)
        {
            string real = Real(part), target = Real(to);
            if (gguf ? real == target : Path.GetDirectoryName(real) == target)
                throw new ArgumentException($"{to} is where the model is read from: name another place to write to");
        }
    }

    /// <summary>The full path with every link at its end followed.</summary>
    private static string Real(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        FileSystemInfo info = Directory.Exists(full) ? new DirectoryInfo(full) : new FileInfo(full);
        string end = info.Exists ? info.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? full : full;
        string? folder = Path.GetDirectoryName(end);
        return folder is null || new DirectoryInfo(folder) is not { Exists: true, LinkTarget: not null } link ? end
            : Path.Combine(link.ResolveLinkTarget(returnFinalTarget: true)!.FullName, Path.GetFileName(end));
    }
}
