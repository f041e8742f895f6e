namespace Bloomery.Cli.Framework;

/// <summary>One thing that this build can do.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Note">What is worth knowing of it, or nothing.</param>
internal sealed record CatalogEntry(string Name, string Note);
