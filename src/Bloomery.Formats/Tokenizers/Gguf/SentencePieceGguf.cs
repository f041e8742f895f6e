using Bloomery.Formats.Tokenizers.Normalizers;
using Bloomery.Formats.Tokenizers.SentencePiece;

namespace Bloomery.Formats.Tokenizers.Gguf;

/// <summary>Vocabularies of the kinds <c>llama</c> (SentencePiece BPE without a normaliser) and <c>t5</c> (SentencePiece Unigram).</summary>
internal static class SentencePieceGguf
{
    /// <summary>Makes the tokenizer of such a vocabulary.</summary>
    public static SentencePieceTokenizer Create(GgufVocabulary vocabulary)
    {
        bool unigram = vocabulary.Model == "t5";
        var pieces = new PieceVocabulary(vocabulary.Tokens, vocabulary.ReadScores(), vocabulary.Types, vocabulary.File);
        SpecialTokenIds roles = vocabulary.Roles();
        roles = roles with
        {
            Bos = roles.Bos ?? (unigram ? null : pieces.IdOf("<s>")),
            Eos = roles.Eos ?? pieces.IdOf("</s>"),
            Unknown = roles.Unknown ?? pieces.UnknownId,
        };
        byte[]? map = unigram ? vocabulary.ReadCharsMap() : null;
        var options = new SentencePieceOptions
        {
            Unigram = unigram,
            ByteFallback = pieces.ByteIds is not null,
            Map = map is null ? null : PrecompiledMap.Parse(map, vocabulary.File, "tokenizer.ggml.precompiled_charsmap"),
            DummyPrefix = vocabulary.Flag("add_space_prefix", true),
            RemoveExtraWhitespace = unigram && vocabulary.Flag("remove_extra_whitespaces", true),
            MatchUserSymbols = false,
            SpellSymbols = true,
            Bos = vocabulary.Flag("add_bos_token", !unigram) ? roles.Bos : null,
            Eos = vocabulary.Flag("add_eos_token", unigram) ? roles.Eos : null,
        };
        return new SentencePieceTokenizer(pieces, options) { Roles = roles };
    }
}
