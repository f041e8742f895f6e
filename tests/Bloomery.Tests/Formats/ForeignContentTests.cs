using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Safetensors;
using Bloomery.Formats.Tokenizers;
using Bloomery.Tests.Formats.Gguf;
using Bloomery.Tests.Formats.Safetensors;

namespace Bloomery.Tests.Formats;

/// <summary>What people have in the place of a model's file is named, with what to do, wherever a file is opened.</summary>
public sealed class ForeignContentTests : IDisposable
{
    private static readonly string[] Names = ["model.gguf", "model.safetensors", "tokenizer.model", "tokenizer.json"];
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private static byte[] Archive(string entry)
    {
        using MemoryStream stream = new();
        using (ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true)) zip.CreateEntry(entry).Open().Dispose();
        return stream.ToArray();
    }

    private static byte[] Tar()
    {
        using MemoryStream stream = new();
        using (TarWriter tar = new(stream, TarEntryFormat.Ustar, leaveOpen: true))
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "a") { DataStream = new MemoryStream([1]) });
        return stream.ToArray();
    }

    public static IEnumerable<object[]> Contents()
    {
        (byte[] Content, string Says)[] all =
        [
            ("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"u8
                .ToArray(),
                "the file of 12345 bytes that it stands for was not fetched: 'git lfs pull' in "),
            ("version https://git-lfs.github.com/spec/v1\r\noid sha256:00\r\nsize 1\r\n"u8.ToArray(), "'git lfs pull' in "),
            ("<!DOCTYPE html>\n<html><body>404</body></html>"u8.ToArray(), "web page (HTML)"),
            ("\n <HTML lang=\"en\">"u8.ToArray(), "web page (HTML)"), ("\uFEFF<!doctype HTML>"u8.ToArray(), "web page (HTML)"),
            ("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>"u8.ToArray(), "this is XML"),
            (Archive("model/weights.bin"), "archive (zip)"), (Archive("archive/data.pkl"), "PyTorch pickle"), (Tar(), "archive (tar)"),
            ([0x80, 2, 0x8A, 10, 0x6C, .. new byte[80]], "PyTorch pickle"), ([0x80, 4, 0x95, .. new byte[80]], "PyTorch pickle"),
            ([0xFD, .. "7zXZ\0"u8, .. new byte[80]], "archive (xz)"),
            ([0x28, 0xB5, 0x2F, 0xFD, .. new byte[80]], "archive (Zstandard)"), ([.. "BZh91AY"u8, .. new byte[80]], "archive (bzip2)"),
            ([.. "7z"u8, 0xBC, 0xAF, 0x27, 0x1C, .. new byte[80]], "archive (7z)"),
            ([0x89, .. "HDF\r\n\x1a\n"u8, .. new byte[80]], "HDF5"),
            ([0x93, .. "NUMPY"u8, .. new byte[80]], "NumPy"),
            ([.. "lmgg"u8, .. new byte[80]], "GGML file ('ggml') from before GGUF"),
            ([.. "fmgg"u8, .. new byte[80]], "('ggmf')"), ([.. "tjgg"u8, .. new byte[80]], "('ggjt')"),
        ];
        foreach ((byte[] content, string says) in all)
            foreach (string name in Names) yield return [content, says, name];
    }

    [Theory, MemberData(nameof(Contents))]
    public void Other_files_are_named(byte[] content, string says, string name)
    {
        string message = Refusal(name, content);
        Assert.StartsWith(_directory.Of(name) + ": ", message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
        if (says.EndsWith("pull' in ", StringComparison.Ordinal)) Assert.Contains(says + _directory.Path + " fetches it", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Weights_under_the_other_name_or_in_gzip_are_named()
    {
        byte[] safetensors = SafetensorsFileTests.File("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1), gguf = new GgufBytes().Build();
        Assert.Contains("it is a safetensors file, whose name should end in .safetensors", Refusal("model.gguf", safetensors), StringComparison.Ordinal);
        string other = Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(gguf)).Message;
        Assert.Contains("it is a GGUF file, whose name should end in .gguf", other, StringComparison.Ordinal);
        foreach (string name in (string[])["model.gguf", "model.safetensors"])
        {
            Assert.Contains("archive (gzip)", Refusal(name, [0x1F, 0x8B, 8, 0, .. new byte[80]]), StringComparison.Ordinal);
            Assert.Contains("it is empty", Refusal(name, []), StringComparison.Ordinal);
            Assert.Contains("it begins with zeros", Refusal(name, new byte[200]), StringComparison.Ordinal);
            string text = Refusal(name, "Invalid username or password."u8.ToArray());
            Assert.Contains("it is the text 'Invalid username or password.'", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_header_whose_length_looks_like_gzip_is_read()
    {
        const int Length = 0x8B1F; // its first bytes are gzip's
        string json = """{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""";
        using SafetensorsFile file = SafetensorsFile.Open(SafetensorsFileTests.File(json.PadRight(Length), 1));
        Assert.Equal([1], file.Tensor("x").Shape);
    }

    [Fact]
    public void Pointers_are_named_in_the_files_beside_a_model_too()
    {
        byte[] pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 7\n"u8.ToArray();
        _directory.Write("tokenizer.json", """{"model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}}"""u8.ToArray());
        _directory.Write("chat_template.jinja", pointer);
        Assert.Contains("git lfs pull", Assert.Throws<ModelFormatException>(() => TokenizerLoader.Load(_directory.Path)).Message, StringComparison.Ordinal);
        string matrix = Assert.Throws<ModelFormatException>(() => ImportanceMatrix.Open(_directory.Write("imatrix.gguf", pointer))).Message;
        Assert.Contains("git lfs pull", matrix, StringComparison.Ordinal);
        _directory.Write("model.safetensors.index.json", """{"weight_map": {"x": "model-1.safetensors"}}"""u8.ToArray());
        _directory.Write("model-1.safetensors", pointer);
        string shard = Assert.Throws<ModelFormatException>(() => SafetensorsFile.OpenModel(_directory.Path)).Message;
        Assert.StartsWith(_directory.Of("model-1.safetensors"), shard, StringComparison.Ordinal);
    }

    private string Refusal(string name, byte[] content)
    {
        string path = _directory.Write(name, content);
        return Assert.Throws<ModelFormatException>(() =>
        {
            if (name.StartsWith("tokenizer", StringComparison.Ordinal)) TokenizerLoader.Load(path);
            else TensorFile.OpenAny(path).Dispose();
        }).Message;
    }
}
