namespace Bloomery.Tests.Formats;

/// <summary>A directory of its own for one test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("bloomery-").FullName;

    public string Of(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, byte[] content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Of(name))!);
        File.WriteAllBytes(Of(name), content);
        return Of(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
