using System.Globalization;
using System.Text;

namespace Bloomery.Formats;

/// <summary>
/// Recognises by their first bytes the files that people take for models: pointers of Git LFS, saved web pages, archives, pickles,
/// formats of other programs and of before GGUF.
/// </summary>
internal static class ForeignContent
{
    private const int HeadBytes = 4096; // as much of a file as is needed to recognise it
    private const int LongestPointer = 1024;

    private static readonly (byte[] Magic, string What)[] Magics =
    [
        (Pattern("lmgg"), OldGgml("ggml")), (Pattern("fmgg"), OldGgml("ggmf")), (Pattern("tjgg"), OldGgml("ggjt")),
        (Pattern("algg"), OldGgml("ggla")),
        (Pattern("\u001f\u008b"), Archive("gzip")), (Pattern("BZh"), Archive("bzip2")),
        (Pattern("\u00fd7zXZ\0"), Archive("xz")), (Pattern("\u0028\u00b5\u002f\u00fd"), Archive("Zstandard")),
        (Pattern("7z\u00bc\u00af\u0027\u001c"), Archive("7z")), (Pattern("Rar!\u001a\u0007"), Archive("RAR")),
        (Pattern("\u0089HDF\r\n\u001a\n"), Other("an HDF5 file (Keras, TensorFlow)")),
        (Pattern("\u0093NUMPY"), Other("a NumPy array")), (Pattern("%PDF-"), Other("a PDF document")),
    ];

    /// <summary>What the file is instead, and what to do; null: nothing that is known here.</summary>
    /// <param name="path">The file; where it lies is where a command has to be run.</param>
    /// <param name="head">Its first bytes, or all.</param>
    public static string? Describe(string path, ReadOnlySpan<byte> head)
    {
        if (DescribePointer(path, head) is { } pointer) return pointer;
        if (Pickles.Looks(head)) return Pickles.Advice;
        if (head.StartsWith("PK\x03\x04"u8))
            return ZipHoldsPickle(head) || Pickles.IsName(path) ? Pickles.Advice : Archive("zip") + "; one that PyTorch wrote holds a pickle, which is refused";
        foreach ((byte[] magic, string what) in Magics)
            if (head.StartsWith(magic)) return what;
        if (head.Length > 262 && head[257..].StartsWith("ustar"u8)) return Archive("tar");
        ReadOnlySpan<byte> text = head.TrimStart("\uFEFF \t\r\n"u8);
        if (Begins(text, "<!doctype html") || Begins(text, "<html") || Begins(text, "<!--") || Begins(text, "<head"))
        {
            return "this is a web page (HTML) that was saved instead of the file: take the address of the file itself "
                + "(on the Hugging Face hub 'resolve' instead of 'blob'), or use 'bloomery pull hf:ORG/NAME'";
        }
        if (Begins(text, "<?xml") || Begins(text, "<error"))
            return "this is XML, such as servers answer instead of a file that they do not give: download it again";
        return null;
    }

    /// <summary>As <see cref="Describe"/>, of a file that is not open.</summary>
    public static string? DescribeFile(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] head = new byte[HeadBytes];
        return Describe(path, head.AsSpan(0, file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)));
    }

    /// <summary>As <see cref="Describe"/>, for a file that should hold weights; null: nothing that is known here.</summary>
    /// <param name="path">The file.</param>
    /// <param name="head">Its first bytes, or all.</param>
    /// <param name="wanted">The format that it should have.</param>
    public static string? DescribeWeights(string path, ReadOnlySpan<byte> head, string wanted)
    {
        if (Describe(path, head) is { } known) return known;
        string? what = head.IsEmpty ? "it is empty"
            : head.StartsWith("GGUF"u8) ? "it is a GGUF file, whose name should end in .gguf"
            : IsSafetensors(head) ? "it is a safetensors file, whose name should end in .safetensors"
            : head.Length >= 64 && !head[..64].ContainsAnyExcept((byte)0) ? "it begins with zeros, as after a download that did not end"
            : TextOf(head) is { } text ? $"it is the text {text}"
            : null;
        return what is null ? null : $"this is no {wanted} file: {what}";
    }

    private static bool IsSafetensors(ReadOnlySpan<byte> head) =>
        head.Length > 8 && head[8] == '{' && System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(head) is > 0 and var length
        && length <= (ulong)head.Length - 8;

    /// <summary>What to do about a pointer that Git LFS left in the place of a file; null: it is none.</summary>
    public static string? DescribePointer(string path, ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("version https://git-lfs.github.com/spec/"u8)
            && !head.StartsWith("version https://hawser.github.com/spec/"u8))
            return null;
        string text = Encoding.UTF8.GetString(head[..Math.Min(head.Length, LongestPointer)]);
        string? line = text.Split('\n').FirstOrDefault(l => l.StartsWith("size ", StringComparison.Ordinal))?[5..].Trim();
        string size = long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? $" of {bytes} bytes" : "";
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) is { Length: > 0 } parent ? parent : ".";
        return $"this is a pointer of Git LFS, and the file{size} that it stands for was not fetched: 'git lfs pull' in {folder} fetches it";
    }

    /// <summary>PyTorch's archives begin with the pickle, or with a note of their version.</summary>
    private static bool ZipHoldsPickle(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> names = head[..Math.Min(head.Length, HeadBytes)];
        return names.IndexOf("data.pkl"u8) >= 0 || names.IndexOf("/.format_version"u8) >= 0;
    }

    private static bool Begins(ReadOnlySpan<byte> text, string word) =>
        text.Length >= word.Length && Encoding.Latin1.GetString(text[..word.Length]).Equals(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>The first line, quoted, where the head is a line of printable ASCII; else null.</summary>
    private static string? TextOf(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> line = head[..Math.Min(head.Length, 80)];
        if (line.IndexOfAny((byte)'\r', (byte)'\n') is >= 0 and int end) line = line[..end];
        if (line.Length < 8 || line.ContainsAnyExceptInRange((byte)' ', (byte)'~')) return null;
        return $"'{Encoding.ASCII.GetString(line)}{(line.Length < head.Length ? "..." : "")}'";
    }

    private static byte[] Pattern(string latin1) => Encoding.Latin1.GetBytes(latin1);

    private static string OldGgml(string magic) =>
        $"this is a GGML file ('{magic}') from before GGUF, which is not read: convert the original model again, or take a GGUF of it";

    private static string Archive(string kind) => $"this is an archive ({kind}): unpack it, and name what comes out";

    private static string Other(string what) => $"this is {what}, which is not read: use the model's safetensors or GGUF files";
}
