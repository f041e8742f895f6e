using System.Text.Json.Nodes;
using Bloomery.Formats;
using Bloomery.Formats.Tokenizers;

namespace Bloomery.Tests.Tokenizers;

/// <summary>Corners of tokenizer.json; every expectation is what the reference library answers.</summary>
public sealed class ReferenceBehaviourTests
{
    private const string WordLevel = """{"type":"WordLevel","vocab":{"u":0,"a":1,"b":2},"unk_token":"u"}""";
    private static readonly EncodeOptions Plain = new() { ParseSpecial = true, Offsets = true };
    private static readonly EncodeOptions WithSpecial = Plain with { AddSpecial = true };

    [Theory]
    [InlineData(false, "a|      |    |  |a", "0-1 1-7 3-7 5-7 7-8")]
    [InlineData(true, "a|      |a", "0-1 1-7 7-8")]                 // nothing is left for the later ones to take
    public void A_token_may_stand_in_whitespace_that_another_took(bool takesLeft, string tokens, string offsets)
    {
        string added = $$"""
            [{"id":3,"content":"  ","single_word":false,"lstrip":{{(takesLeft ? "true" : "false")}},"rstrip":true,"normalized":false,"special":false}]
            """;
        Encoding encoding = Open(WordLevel, added: added).Encode("a      a", Plain);
        Assert.Equal(tokens, string.Join('|', encoding.Tokens));
        Assert.Equal(offsets, Spans(encoding));
    }

    [Fact]
    public void Post_processors_in_a_row_frame_what_the_one_before_framed()
    {
        PipelineTokenizer tokenizer = Open(WordLevel, post: """
            {"type":"Sequence","processors":[
              {"type":"RobertaProcessing","sep":["</s>",2],"cls":["<s>",1],"trim_offsets":false,"add_prefix_space":false},
              {"type":"BertProcessing","sep":["[SEP]",4],"cls":["[CLS]",3]}]}
            """);
        Assert.Equal([3, 1, 1, 2, 4], tokenizer.Encode("a", WithSpecial).Ids);
        Encoding pair = tokenizer.EncodePair("a", "b", WithSpecial);
        Assert.Equal([3, 1, 1, 2, 4, 2, 2, 2, 4], pair.Ids);
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 1], pair.TypeIds);
    }

    [Fact]
    public void A_template_may_repeat_a_text_even_where_no_special_tokens_are_added()
    {
        PipelineTokenizer tokenizer = Open(WordLevel, post: """
            {"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"A","type_id":1}}],
             "pair":[{"Sequence":{"id":"B","type_id":0}},{"Sequence":{"id":"A","type_id":1}}],"special_tokens":{}}
            """);
        Assert.Equal([1, 1], tokenizer.Encode("a", Plain).Ids);
        Assert.Equal([0, 1], tokenizer.Encode("a", Plain).TypeIds);
        Assert.Equal([1, 1], tokenizer.EncodeToIds("a", Plain));
        Assert.Equal([2, 1], tokenizer.EncodePair("a", "b", WithSpecial).Ids);
    }

    [Fact]
    public void A_template_of_the_parts_of_a_template_is_refused()
    {
        const string Template = """
            {"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"b","type_id":0}}],
             "pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":0}},{"SpecialToken":{"id":"b","type_id":0}}],
             "special_tokens":{"b":{"id":"b","ids":[2],"tokens":["b"]}}}
            """;
        ModelFormatException e = Assert.Throws<ModelFormatException>(
            () => Open(WordLevel, post: $$"""{"type":"Sequence","processors":[{{Template}},{{Template}}]}"""));
        Assert.Contains("template", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Byte_fallback_spells_the_suffix_of_words_too()
    {
        var vocabulary = new JsonObject { ["a"] = 0, ["a</w>"] = 1 };
        for (int b = 0; b < 256; b++) vocabulary[$"<0x{b:X2}>"] = b + 2;
        var model = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray(), ["byte_fallback"] = true,
            ["end_of_word_suffix"] = "</w>" };
        PipelineTokenizer tokenizer = Open(model.ToJsonString());
        Assert.Equal([0, 100, 1], tokenizer.EncodeToIds("aba"));
        Assert.Equal([0, 100, 62, 49, 121, 64], tokenizer.EncodeToIds("ab"));
    }

    [Fact]
    public void Pre_tokenisers_that_few_files_name()
    {
        Assert.Equal("0-2 2-4 4-5", Spans(Open(WordLevel, pre: """{"type":"FixedLength","length":2}""").Encode("abcde", Plain)));
        Assert.Equal("0-5 5-6", Spans(Open(WordLevel, pre: """{"type":"FixedLength"}""").Encode("abcdef", Plain)));
        Assert.Equal("2-3 3-6", Spans(Open(WordLevel, pre: """{"type":"UnicodeScripts"}""").Encode("  a漢か ", Plain)));
        Assert.Throws<ModelFormatException>(() => Open(WordLevel, pre: """{"type":"FixedLength","length":0}"""));
    }

    private static string Spans(Encoding encoding) => string.Join(' ', encoding.Offsets.Select(o => $"{o.Begin}-{o.End}"));

    private static PipelineTokenizer Open(string model, string? pre = null, string? post = null, string? added = null) => SmallTokenizers.Open(new JsonObject
    {
        ["version"] = "1.0",
        ["added_tokens"] = added is null ? new JsonArray() : JsonNode.Parse(added),
        ["pre_tokenizer"] = pre is null ? null : JsonNode.Parse(pre),
        ["post_processor"] = post is null ? null : JsonNode.Parse(post),
        ["model"] = JsonNode.Parse(model),
    });
}
