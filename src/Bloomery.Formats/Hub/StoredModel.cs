namespace Bloomery.Formats.Hub;

/// <summary>A model in the local store.</summary>
/// <param name="Name">What it is called there: <c>ORG/NAME</c>, or the file's name for a single file put there by hand.</param>
/// <param name="Path">A GGUF file or a directory with safetensors.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Removable">Whether the store owns it; what lies in a Hugging Face cache belongs to others.</param>
public sealed record StoredModel(string Name, string Path, long Bytes, bool Removable)
{
    /// <summary>Whether all its files are there; not so after a pull that was interrupted.</summary>
    public bool Complete { get; init; } = true;

    /// <summary>The name with the file, where one GGUF file is the repository's only one; else the same as <see cref="Name"/>.</summary>
    internal string NameWithFile { get; init; } = Name;
}
