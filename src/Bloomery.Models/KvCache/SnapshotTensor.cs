using Bloomery.Numerics.Quantization;

namespace Bloomery.Models.KvCache;

/// <summary>A tensor that is yet to be written to a file.</summary>
/// <param name="Name">The name.</param>
/// <param name="Format">How the elements are stored.</param>
/// <param name="Shape">Sizes, outermost dimension first.</param>
/// <param name="Write">Writes exactly its bytes; may be called more than once.</param>
internal sealed record SnapshotTensor(string Name, BlockFormat Format, long[] Shape, Action<Stream> Write);
