using System.Text.Json.Nodes;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Tokenizers;

namespace Bloomery.Tests.Tokenizers;

/// <summary>A temporary directory with the files of a tokenizer.</summary>
internal sealed class TokenizerDirectory : IDisposable
{
    /// <summary>An empty one.</summary>
    public TokenizerDirectory() => Path = Directory.CreateTempSubdirectory("tokenizer-").FullName;

    /// <summary>One with a small <c>tokenizer.json</c>.</summary>
    public static TokenizerDirectory With(JsonNode json) => new TokenizerDirectory().Place("tokenizer.json", json.ToJsonString());

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>Opens it.</summary>
    public TokenizerBundle Load() => TokenizerLoader.Load(Path);

    /// <summary>Writes a file.</summary>
    public TokenizerDirectory Place(string name, string content) => Place(name, System.Text.Encoding.UTF8.GetBytes(content));

    /// <summary>Writes a file.</summary>
    public TokenizerDirectory Place(string name, byte[] content)
    {
        string path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return this;
    }

    /// <summary>Writes a GGUF file.</summary>
    public TokenizerDirectory Place(string name, GgufWriter writer)
    {
        writer.Save(System.IO.Path.Combine(Path, name));
        return this;
    }

    /// <summary>Removes it.</summary>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
