using Bloomery.Numerics.Memory;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Safetensors;

namespace Bloomery.Formats;

/// <summary>
/// The tensors of a model, whatever the container: a GGUF or safetensors file, or several that belong together.
/// The files are mapped until <see cref="Dispose"/>: dispose as soon as the weights are copied, because a fault on the mapping of a file that somebody
/// truncates ends the process.
/// </summary>
public abstract class TensorFile : IDisposable
{
    private const int CopyStep = 1 << 30;

    private readonly TensorSource[] _parts;
    private readonly Dictionary<string, TensorInfo> _tensors;

    private protected TensorFile(string path, TensorSource[] parts, Dictionary<string, TensorInfo> tensors) =>
        (Path, _parts, _tensors) = (path, parts, tensors);

    /// <summary>The path that was opened.</summary>
    public string Path { get; }

    /// <summary>All tensors by name.</summary>
    public IReadOnlyDictionary<string, TensorInfo> Tensors => _tensors;

    /// <summary>The files that the tensors lie in.</summary>
    public IEnumerable<string> Files => _parts.Select(part => part.Path);

    /// <summary>Opens a GGUF file, a safetensors file, or the model in a directory: its safetensors, else its one GGUF model.</summary>
    /// <exception cref="ModelFormatException">It is none of these, or a damaged one.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static TensorFile OpenAny(string path)
    {
        if (Directory.Exists(path))
            return GgufFolder.HasSafetensors(path) || GgufFolder.Models(path) is [] ? SafetensorsFile.OpenModel(path) : GgufFile.Open(GgufFolder.Single(path));
        // A file that is called GGUF is read as one, so that what it lacks is said in that format's words.
        bool named = path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase);
        return named || GgufFile.IsGguf(path) ? GgufFile.Open(path) : SafetensorsFile.Open(path);
    }

    /// <summary>The tensor called <paramref name="name"/>.</summary>
    /// <exception cref="ModelFormatException">There is no such tensor.</exception>
    public TensorInfo Tensor(string name) =>
        _tensors.TryGetValue(name, out TensorInfo? tensor) ? tensor : throw new ModelFormatException(Path, name, null, "the file has no such tensor");

    /// <summary>
    /// A view of <paramref name="length"/> bytes of <paramref name="tensor"/> from its byte <paramref name="offset"/> on; valid until the file is disposed.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The view does not lie inside the tensor.</exception>
    public ReadOnlySpan<byte> Bytes(TensorInfo tensor, long offset, int length)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (offset > tensor.ByteLength - length)
            throw new ArgumentOutOfRangeException(nameof(offset), $"bytes {offset}..{offset + length} of {tensor.Name}, which has {tensor.ByteLength}");
        if (!_tensors.TryGetValue(tensor.Name, out TensorInfo? own) || !ReferenceEquals(own, tensor))
            throw new ArgumentException($"{tensor.Name} is a tensor of another file", nameof(tensor));
        return _parts[tensor.Part].Span(tensor.Offset + offset, length);
    }

    /// <summary>A view of all bytes of a tensor below 2 GiB; valid until the file is disposed.</summary>
    /// <exception cref="OverflowException">The tensor is larger: read it in parts.</exception>
    public ReadOnlySpan<byte> Bytes(TensorInfo tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return Bytes(tensor, 0, checked((int)tensor.ByteLength));
    }

    /// <summary>
    /// The whole of <paramref name="tensor"/> where it lies in a mapped file, valid while this file is open; null where the file is not mapped.
    /// </summary>
    internal NativeView? View(TensorInfo tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        Bytes(tensor, 0, 0); // checks that it is a tensor of this file
        return _parts[tensor.Part].View(tensor.Offset, tensor.ByteLength);
    }

    /// <summary>Copies the whole of <paramref name="tensor"/> to the start of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentException">It does not fit.</exception>
    public void CopyTo(TensorInfo tensor, Span<byte> destination) => Bytes(tensor).CopyTo(destination);

    /// <summary>Copies <paramref name="length"/> bytes of <paramref name="tensor"/> from its byte <paramref name="offset"/> on to native memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie inside the tensor.</exception>
    internal unsafe void CopyTo(TensorInfo tensor, long offset, byte* destination, long length)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, tensor.ByteLength - offset);
        for (long done = 0; done < length;)
        {
            int step = (int)Math.Min(CopyStep, length - done);
            Bytes(tensor, offset + done, step).CopyTo(new Span<byte>(destination + done, step));
            done += step;
        }
    }

    /// <summary>Expands rows of <paramref name="tensor"/> to floats; a row is a run of <see cref="TensorInfo.RowLength"/> weights.</summary>
    /// <param name="tensor">One of this file's tensors.</param>
    /// <param name="firstRow">The first row to expand.</param>
    /// <param name="values">(rows * RowLength) values: as many whole rows as it holds.</param>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not a number of whole rows, or reaches past the tensor.</exception>
    /// <exception cref="ModelFormatException">The tensor's type is not supported.</exception>
    public void Dequantize(TensorInfo tensor, long firstRow, Span<float> values)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        RequireReadable(tensor);
        if (values.IsEmpty) return;
        if (tensor.RowLength == 0 || values.Length % tensor.RowLength != 0)
            throw new ArgumentException($"{values.Length} values are no whole rows of {tensor}", nameof(values));
        long rowBytes = tensor.Format.RowBytes(tensor.RowLength);
        long rows = values.Length / tensor.RowLength;
        tensor.Format.Dequantize(Bytes(tensor, checked(firstRow * rowBytes), checked((int)(rows * rowBytes))), values);
    }

    /// <summary>Refuses a tensor of a type that a file may hold, but that is not read.</summary>
    /// <exception cref="ModelFormatException">It is of such a type.</exception>
    internal static void RequireReadable(TensorInfo tensor)
    {
        if (!tensor.IsOpaque) return;
        string type = tensor.Format.Name.ToUpperInvariant(), others = string.Join(", ", SafetensorsTypes.All);
        throw new ModelFormatException(tensor.File, tensor.Name, tensor.Offset, $"is of type {type}, which is not supported; these are: {others}");
    }

    /// <summary>Expands a whole tensor below 2 Gi weights to floats.</summary>
    /// <exception cref="OverflowException">The tensor is larger: expand it by rows.</exception>
    public float[] Dequantize(TensorInfo tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        float[] values = new float[checked((int)tensor.ElementCount)];
        Dequantize(tensor, 0, values);
        return values;
    }

    /// <summary>Ends the mappings; every view that was handed out is void from then on.</summary>
    public void Dispose()
    {
        foreach (TensorSource part in _parts) part.Dispose();
        GC.SuppressFinalize(this);
    }
}
