using Bloomery.Engine.Inference;

namespace Bloomery;

/// <summary>One input of a <see cref="ForwardPass"/>.</summary>
/// <param name="Ids">(T) token ids.</param>
public sealed record ForwardRow(int[] Ids)
{
    /// <summary>(T) 1 for real tokens, 0 for padding; null: all real. Positions count real tokens only.</summary>
    public int[]? Mask { get; init; }

    /// <summary>(T) token types; null: all 0.</summary>
    public int[]? TokenTypes { get; init; }

    /// <summary>The decoder's ids, for encoder-decoders.</summary>
    public int[]? DecoderIds { get; init; }

    /// <summary>Number of real tokens.</summary>
    internal int RealCount => Mask is null ? Ids.Length : Mask.Count(m => m != 0);

    /// <summary>Indices of the real tokens.</summary>
    internal int[] RealTokens() => [.. Enumerable.Range(0, Ids.Length).Where(i => Mask is null || Mask[i] != 0)];
}
