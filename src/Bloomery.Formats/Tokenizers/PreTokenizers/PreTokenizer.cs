namespace Bloomery.Formats.Tokenizers.PreTokenizers;

/// <summary>Cuts pieces into smaller ones, which the model never merges across. A plug point: one file with a key, the type's name in tokenizer.json.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Cuts (and where the type says so, rewrites) all <paramref name="pieces"/>.</summary>
    public abstract void Split(PieceList pieces);
}
