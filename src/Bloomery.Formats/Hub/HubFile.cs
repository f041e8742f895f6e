namespace Bloomery.Formats.Hub;

/// <summary>One file of a repository as the hub lists it.</summary>
/// <param name="Path">Its path in the repository.</param>
/// <param name="Bytes">Its size, or null where the hub does not say.</param>
/// <param name="Sha256">Its SHA-256 in lower-case hexadecimal, or null where the hub does not say (small text files).</param>
/// <param name="BlobId">Git's SHA-1 of its blob in lower-case hexadecimal, or null where the hub does not say.</param>
public sealed record HubFile(string Path, long? Bytes, string? Sha256, string? BlobId = null);
