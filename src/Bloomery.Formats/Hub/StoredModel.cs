namespace Bloomery.Formats.Hub;

/// <summary>A model in the local store.</summary>
/// <param name="Name">What it is called there: <c>ORG/NAME</c>, or the file's name for a single file put there by hand.</param>
/// <param name="Path">A GGUF file or a directory with safetensors.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Removable">Whether the store owns it; what lies in a Hugging Face cache belongs to others.</param>
public sealed record StoredModel(string Name, string Path, long Bytes, bool Removable);
