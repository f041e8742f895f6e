namespace Bloomery.Formats.Tokenizers.Normalizers;

/// <summary>
/// Rewrites text before it is split, keeping track of where each character stems from. A plug point: one file with a key, the type's name in tokenizer.json.
/// </summary>
internal abstract class Normalizer
{
    /// <summary>Rewrites <paramref name="text"/> in place.</summary>
    public abstract void Normalize(AlignedText text);
}
