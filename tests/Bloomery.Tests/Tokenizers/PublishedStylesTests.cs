using System.Text.Json.Nodes;
using Bloomery.Formats.Tokenizers;

namespace Bloomery.Tests.Tokenizers;

/// <summary>Combinations of components that published tokenizers use and that the golden data lacks, worked out by hand.</summary>
public sealed class PublishedStylesTests
{
    [Fact]
    public void Clip_marks_the_ends_of_words()
    {
        PipelineTokenizer tokenizer = Open("""
            {"added_tokens": [{"id": 20, "content": "<|endoftext|>", "special": true, "normalized": false}],
             "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "},
             {"type": "Lowercase"}]},
             "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+"}, "behavior": "Removed",
                "invert": true},
                {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]},
             "decoder": {"type": "BPEDecoder", "suffix": "</w>"},
             "model": {"type": "BPE", "unk_token": "<|endoftext|>", "end_of_word_suffix": "</w>", "continuing_subword_prefix": "",
                "vocab": {"h": 0, "e": 1, "l": 2, "o": 3, "o</w>": 4, "he": 5, "ll": 6, "lo</w>": 7, "!</w>": 8, "1</w>": 9, "hello</w>": 10, "llo</w>": 11,
                "<|endoftext|>": 20},
                "merges": ["h e", "l o</w>", "l lo</w>"]}}
            """);
        Encoding encoding = tokenizer.Encode("HELLO  lo!1", new EncodeOptions { Offsets = true });
        Assert.Equal(["he", "llo</w>", "lo</w>", "!</w>", "1</w>"], encoding.Tokens);
        Assert.Equal([(0, 2), (2, 5), (7, 9), (9, 10), (10, 11)], encoding.Offsets);
        Assert.Equal("hello lo ! 1", tokenizer.Decode(encoding.Ids));
    }

    [Fact]
    public void Gemma_splits_at_spaces_and_falls_back_to_bytes()
    {
        PipelineTokenizer tokenizer = Open("""
            {"added_tokens": [{"id": 1, "content": "<bos>", "special": true, "normalized": false}, {"id": 2, "content": "\n\n", "special": false,
            "normalized": false}],
             "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
             "pre_tokenizer": {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": false},
             "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<bos>", "type_id": 0}}, {"Sequence": {"id": "A",
             "type_id": 0}}],
                "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}], "special_tokens": {"<bos>": {"id": "<bos>",
                "ids": [1], "tokens": ["<bos>"]}}},
             "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
             {"type": "Fuse"}]},
             "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
                "vocab": {"<unk>": 0, "<bos>": 1, "\n\n": 2, "a": 3, "b": 4, "▁": 5, "▁a": 6, "▁▁": 7, "<0xC3>": 8, "<0xA9>": 9},
                "merges": [["▁", "a"], ["▁", "▁"]]}}
            """);
        Encoding encoding = tokenizer.Encode("a a  b\n\n é日", new EncodeOptions { AddSpecial = true, Offsets = true });
        Assert.Equal(["<bos>", "a", "▁a", "▁▁", "b", "\n\n", "▁", "<0xC3>", "<0xA9>", "<unk>"], encoding.Tokens);
        Assert.Equal([(0, 0), (0, 1), (1, 3), (3, 5), (5, 6), (6, 8), (8, 9), (9, 10), (9, 10), (10, 11)], encoding.Offsets);
        Assert.Equal("a a  b\n\n é<unk>", tokenizer.Decode(encoding.Ids, skipSpecial: true));
    }

    [Fact]
    public void Falcon_cuts_punctuation_digits_and_triples()
    {
        PipelineTokenizer tokenizer = Open("""
            {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Punctuation", "behavior": "Contiguous"}, {"type": "Digits",
            "individual_digits": false},
                {"type": "Split", "pattern": {"Regex": "[0-9][0-9][0-9]"}, "behavior": "Isolated", "invert": false}]},
             "model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "ab": 1, "!!": 2, "123": 3, "45": 4, " x": 5}}}
            """);
        Assert.Equal("ab !! 123 45  x", string.Join(' ', tokenizer.Encode("ab!!12345 x", EncodeOptions.Default).Tokens));
    }

    [Fact]
    public void Albert_folds_quotes_and_accents()
    {
        PipelineTokenizer tokenizer = Open("""
            {"normalizer": {"type": "Sequence", "normalizers": [{"type": "Replace", "pattern": {"String": "``"}, "content": "\""}, {"type": "Replace",
            "pattern": {"String": "''"}, "content": "\""},
                {"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Lowercase"}]},
             "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Metaspace", "replacement": "▁",
             "prepend_scheme": "always"}]},
             "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"},
             "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["▁\"", -1], ["▁cafe", -2], ["▁", -3], ["\"", -1.5], ["c", -9]]}}
            """);
        Encoding encoding = tokenizer.Encode("`` Café  ''", new EncodeOptions { Offsets = true });
        Assert.Equal(["▁\"", "▁cafe", "▁\""], encoding.Tokens);
        Assert.Equal([(1, 2), (3, 7), (10, 11)], encoding.Offsets);
        Assert.Equal("\" cafe \"", tokenizer.Decode(encoding.Ids));
    }

    [Fact]
    public void Whitespace_of_neo_matches_normalised_tokens()
    {
        PipelineTokenizer tokenizer = Open("""
            {"added_tokens": [{"id": 9, "content": "  ", "normalized": true}, {"id": 10, "content": "    ", "normalized": true}],
             "normalizer": {"type": "NFC"},
             "pre_tokenizer": {"type": "Whitespace"},
             "model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "a": 1, "b": 2}}}
            """);
        Assert.Equal([1, 10, 9, 2], tokenizer.EncodeToIds("a      b"));
    }

    private static PipelineTokenizer Open(string json) => SmallTokenizers.Open(JsonNode.Parse(json)!);
}
