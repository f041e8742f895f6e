using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Models;

/// <summary>Every piece is a token, or unknown.</summary>
[Key("WordLevel")]
internal sealed class WordLevelModel : TokenModel
{
    private readonly int _unknown;

    /// <summary>Makes a model.</summary>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="unknownToken">The token for pieces that are none; without it in the vocabulary they are dropped.</param>
    public WordLevelModel(Vocabulary vocabulary, string unknownToken = "<unk>") =>
        (Vocabulary, _unknown) = (vocabulary, vocabulary.IdOf(unknownToken));

    /// <inheritdoc/>
    public override Vocabulary Vocabulary { get; }

    /// <inheritdoc/>
    public override int? UnknownId => _unknown < 0 ? null : _unknown;

    /// <inheritdoc/>
    public override void Tokenize(ReadOnlySpan<char> piece, bool asBytes, TokenSink sink)
    {
        int id = Vocabulary.IdOf(piece);
        if (id < 0) id = _unknown;
        if (id >= 0) sink.Add(id, 0, piece.Length);
    }
}
