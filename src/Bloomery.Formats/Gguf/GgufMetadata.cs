using System.Diagnostics.CodeAnalysis;

namespace Bloomery.Formats.Gguf;

/// <summary>
/// The keys of a GGUF file. Values stay in the file's encoding until they are asked for; the metadata outlives the file that it came from.
/// Values are asked for as <see cref="string"/>, <see cref="bool"/>, any integer or float type, arrays of these, or <see cref="GgufStrings"/>;
/// integers convert to any integer type that holds the value and to floats, floats to floats.
/// </summary>
public sealed class GgufMetadata
{
    private readonly byte[] _bytes;
    private readonly Dictionary<string, GgufEntry> _entries;

    internal GgufMetadata(string file, byte[] bytes, Dictionary<string, GgufEntry> entries) => (File, _bytes, _entries) = (file, bytes, entries);

    /// <summary>The file that the metadata came from.</summary>
    public string File { get; }

    /// <summary>All keys, in the file's order.</summary>
    public IReadOnlyCollection<string> Keys => _entries.Keys;

    /// <summary>Whether there is such a key.</summary>
    public bool Contains(string key) => _entries.ContainsKey(key);

    /// <summary>Whether there is such a key and its value is an array (some keys hold one value or one per layer).</summary>
    public bool IsArray(string key) => _entries.TryGetValue(key, out GgufEntry entry) && entry.Type == GgufValueType.Array;

    /// <summary>The stored type of a value, null when there is no such key.</summary>
    public GgufValueType? TypeOf(string key) => _entries.TryGetValue(key, out GgufEntry entry) ? entry.Type : null;

    /// <summary>Gets a value if the key is there.</summary>
    /// <exception cref="ModelFormatException">The value is of another type, or does not fit <typeparamref name="T"/>.</exception>
    public bool TryGet<T>(string key, [NotNullWhen(true)] out T? value) where T : notnull
    {
        if (!_entries.TryGetValue(key, out GgufEntry entry))
        {
            value = default;
            return false;
        }
        value = GgufConvert.To<T>(this, key, entry);
        return true;
    }

    /// <summary>Gets a value that must be there.</summary>
    /// <exception cref="ModelFormatException">There is no such key, or the value is of another type or does not fit <typeparamref name="T"/>.</exception>
    public T Get<T>(string key) where T : notnull
    {
        if (!TryGet(key, out T? value)) GgufThrow.Bad(File, key, null, "the file lacks this key");
        return value;
    }

    /// <summary>Gets a value, or <paramref name="fallback"/> when there is no such key.</summary>
    /// <exception cref="ModelFormatException">The value is of another type, or does not fit <typeparamref name="T"/>.</exception>
    public T Get<T>(string key, T fallback) where T : notnull => TryGet(key, out T? value) ? value : fallback;

    /// <summary>A key's entry, for those who copy it to another file.</summary>
    internal bool TryGetEntry(string key, out GgufEntry entry) => _entries.TryGetValue(key, out entry);

    /// <summary>The payload of a value.</summary>
    internal ReadOnlyMemory<byte> Payload(GgufEntry entry) => _bytes.AsMemory(entry.Start, entry.Length);
}
