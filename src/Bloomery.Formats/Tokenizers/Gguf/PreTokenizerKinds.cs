using Bloomery.Formats.Tokenizers.Patterns;
using Bloomery.Formats.Tokenizers.Patterns.Regexes;
using Bloomery.Formats.Tokenizers.Unicode;

namespace Bloomery.Formats.Tokenizers.Gguf;

/// <summary>The values of <c>tokenizer.ggml.pre</c> that byte-level vocabularies are stored with (formats.md, Tokenizers).</summary>
internal static class PreTokenizerKinds
{
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string Punctuation = @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]";
    private const string Upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", Lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]";
    private const string Cased = $@"[^\r\n\p{{L}}\p{{N}}]?{Upper}*{Lower}+", Capitals = $@"[^\r\n\p{{L}}\p{{N}}]?{Upper}+{Lower}*";
    private const string Ends = @"|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Symbols = @"| ?[^\s\p{L}\p{N}]+[\r\n/]*" + Ends;

    private static readonly SplitPattern Gpt2 = new Gpt2Pattern();
    private static readonly SplitPattern Digit = new KindPattern(c => (CharKinds.Of(c) & CharKinds.Number) != 0);
    private static readonly SplitPattern Bloom = new BloomPattern();
    private static readonly SplitPattern OneDigit = new Llama3Pattern(1);
    private static readonly SplitPattern ThreeDigits = new Llama3Pattern(3);

    private static readonly Dictionary<string, Lazy<PreTokenizerKind>> Kinds = Build();

    /// <summary>The names that are known.</summary>
    public static IEnumerable<string> Names => Kinds.Keys.Order(StringComparer.Ordinal);

    /// <summary>The kind of a name, or null.</summary>
    public static PreTokenizerKind? Find(string name) => Kinds.TryGetValue(name, out Lazy<PreTokenizerKind>? kind) ? kind.Value : null;

    private static Dictionary<string, Lazy<PreTokenizerKind>> Build()
    {
        var kinds = new Dictionary<string, Lazy<PreTokenizerKind>>();
        Add("gpt-2 mpt phi-2 olmo jais trillion exaone4 gigachat a.x-4.0 mellum modern-bert roberta-bpe granite-docling " +
            "jina-es jina-de jina-v1-en jina-v2-es jina-v2-de jina-v2-code", () => new([Gpt2]));
        Add("starcoder refact smollm command-r codeshell exaone minerva-7b mellum2", () => new([Digit, Gpt2]));
        Add("llama-bpe llama3 llama-v3 falcon3 falcon-h1 pixtral lfm2 midm-2.0 jina-v5-nano", () => new([ThreeDigits], IgnoreMerges: true, AddBos: true));
        Add("glm4 glm5", () => new([ThreeDigits], IgnoreMerges: true));
        Add("dbrx smaug-bpe chatglm-bpe", () => new([ThreeDigits]));
        Add("qwen2 deepseek-r1-qwen stablelm2 megrez hunyuan solar-open grok-2 kormo f2llmv2", () => new([OneDigit]));
        Add("bloom poro-chat gpt3-finnish", () => new([Bloom]));
        Add("viking", () => new([Bloom, Digit]));
        Add("falcon", () => new([Regex(@"[\p{P}$+<=>^~|`]+"), Gpt2, Regex("[0-9][0-9][0-9]")]));
        Add("default", () => new([Regex(@"[\p{P}$+<=>^~|]+"), Gpt2, Regex(@"\p{N}+"), Regex("[0-9][0-9][0-9]")]));
        Add("deepseek-llm", () => new(
        [
            Regex(@"[\r\n]"),
            Regex(@"\s?[\p{Lu}\p{Ll}\p{Lt}]+"),
            Regex(@"\s?[!-/:-~\uFF01-\uFF0F\uFF1A-\uFF5E\u2018-\u201F\u3000-\u3002]+"),
            Regex(@"\s+$"),
            Regex(@"[\u0800-\u9FA5\uAC00-\uD7FF]+"),
            Regex(@"\p{N}+"),
        ]));
        Add("deepseek-coder", () => new(
            [Regex(@"[\r\n]"), Regex(@"\s?\p{L}+"), Regex(@"\s?\p{P}+"), Regex(@"[\u0800-\u9FA5\uAC00-\uD7FF]+"), Digit]));
        Add("deepseek-v3 hunyuan-dense joyai-llm hy_v4", () => new(
        [
            Regex(@"\p{N}{1,3}"),
            Regex(@"[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+"),
            Regex($@"{Punctuation}[A-Za-z]+|[^\r\n\p{{L}}\p{{P}}\p{{S}}]?[\p{{L}}\p{{M}}]+| ?[\p{{P}}\p{{S}}]+[\r\n]*" + Ends),
        ]));
        Add("qwen35", () => new(
            [Regex($@"{Contractions}|[^\r\n\p{{L}}\p{{N}}]?[\p{{L}}\p{{M}}]+|\p{{N}}| ?[^\s\p{{L}}\p{{M}}\p{{N}}]+[\r\n]*" + Ends)]));
        Add("gpt-4o llama4 kanana2 talkie minimax-m2", () => new(
            [Regex($@"{Cased}(?:{Contractions})?|{Capitals}(?:{Contractions})?|\p{{N}}{{1,3}}" + Symbols)]));
        Add("tekken", () => new([Regex($@"{Cased}|{Capitals}|\p{{N}}" + Symbols)], IgnoreMerges: true, AddBos: true));
        Add("bailingmoe bailingmoe2 llada-moe", () => new(
            [Regex(@"'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+")]));
        Add("seed-coder", () => new(
            [Regex($@"{Contractions}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}| ?[^\s\p{{L}}\p{{N}}\r\n]+" + Ends)]));
        AddRareKinds(Add);
        return kinds;

        void Add(string names, Func<PreTokenizerKind> make)
        {
            var kind = new Lazy<PreTokenizerKind>(make);
            foreach (string name in names.Split(' ')) kinds.Add(name, kind);
        }
    }

    /// <summary>Kinds that one model each is stored with.</summary>
    private static void AddRareKinds(Action<string, Func<PreTokenizerKind>> add)
    {
        const string Letters = @"|[^\r\n\p{L}\p{N}]?\p{L}+", Rest = @"| ?[^\s\p{L}\p{N}]+[\r\n]*";
        const string Han = @"[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+";
        add("granite-embed-multi-97m", () => new(
            [Regex($@"{Cased}(?:{Contractions})?|{Capitals}(?:{Contractions})?|\p{{N}}{{1,3}}" + Symbols)], IgnoreMerges: true));
        add("minicpm5", () => new([Regex(@"\p{N}{1,3}"), Regex(Contractions + Letters + @"|\p{N}+" + Rest + Ends)], IgnoreMerges: true));
        add("ufakzeka", () => new([Regex(Letters[1..] + @"|\p{N}" + Rest + Ends)]));
        add("laguna", () => new([Regex(@"[^\n]+|\n+"), OneDigit]));
        add("jais-2", () => new([Regex(Contractions + Letters + @"|\p{N}{1,3}" + Rest + @"|\s*[\r\n]+" +
            @"|\s{512}(?!\S)|\s{256}(?!\S)|\s{128}(?!\S)|\s{64}(?!\S)|\s{32}(?!\S)|\s{16}(?!\S)|\s{8}(?!\S)|\s{4}(?!\S)|\s{1,2}(?!\S)|\s")]));
        add("spark2_5", () => new(
        [
            Regex(@"\p{N}{1,3}"),
            Regex(Han),
            Regex($@"{Punctuation}[A-Za-z]+|[^\r\n\p{{L}}\p{{P}}\p{{S}}]?[\p{{L}}\p{{M}}]+| ?[\p{{P}}\p{{S}}]+|[\r\n]|\s+(?!\S)|\s+"),
            Digit,
        ]));
        add("youtu", () => new(
        [
            Regex(@"[\uAC00-\uD7A3\u3131-\u318E]+|[\uFF01\u2026\u201C\u201D\u2018\u2019\u2014\uFF1A\uFF1B\uFF0C\u3001-\u303F\uFE30-\uFE4F]+|[\u3105-\u312F]+|"
                + Han),
            Regex($@"{Cased}(?:{Contractions})?|{Capitals}(?:{Contractions})?|\p{{N}}" + Symbols),
        ], IgnoreMerges: true));
        add("chameleon", () => new(
        [
            Regex("<sentinel:[0-9]+>"),
            Regex("IMGIMG[A-I]{1,4}Z"),
            Regex(@"[\t\n]|    |  "),
            Digit,
            Regex(@"[\p{P}!-/:-@\[-`{-~]"),
            Gpt2,
        ], AddBos: true));
        add("tiny_aya cohere2moe", () => new(
        [
            Regex(@"\d{1,3}(?=(?:\d{3})*\b)"),
            Regex($@"{Cased}(?:{Contractions})?|{Capitals}(?:{Contractions})?|\p{{N}}{{1,3}}" + Symbols),
        ]));
        add("superbpe", () => new([Regex(@"\p{N}+"), Regex(@"(?=(?:\d{3})+(?!\d))")]));
        add("kimi-k2", () => new(
            [Regex($@"\p{{Han}}+|{NotHan(Cased)}(?:{Contractions})?|{NotHan(Capitals)}(?:{Contractions})?|\p{{N}}{{1,3}}" + Rest + Ends)]));
        add("afmoe", () => new(
        [
            Regex(@"\p{N}{1,3}(?=(?:\p{N}{3})*(?!\p{N}))"),
            Regex(@"[\u4E00-\u9FFF\u3400-\u4DBF\u8C48-\uFAFF\u3040-\u309F\u30A0-\u30FF\uFF65-\uFF9F\u2F00-\u2FDF\u0E40-\u0E7F\u0E80-\u0EFF" +
                @"\u1780-\u17FF\u1000-\u109F\uAA60-\uAA7F\uA9E0-\uA9FF\uAC00-\uD7AF\u1100-\u11FF]+"),
            Regex($@"{Punctuation}[A-Za-z]+|[^\r\n\p{{L}}\p{{P}}\p{{S}}]?[\p{{L}}\p{{M}}]+| ?[\p{{P}}\p{{S}}]+[\r\n]*" + Ends),
        ]));
        add("exaone-moe", () => new(
            [Regex(Contractions + @"|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+")]));
    }

    private static string NotHan(string words) => words.Replace(@"\p{M}]", @"\p{M}&&[^\p{Han}]]", StringComparison.Ordinal);

    private static RegexPattern Regex(string expression) => new(expression);
}
