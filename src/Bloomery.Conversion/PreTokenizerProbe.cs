using Bloomery.Formats.Tokenizers.Gguf;

namespace Bloomery.Conversion;

/// <summary>Texts that tell the known kinds of cutting words apart.</summary>
internal static class PreTokenizerProbe
{
    // The most common first; kinds that cut alike differ in name only.
    private static readonly string[] Common =
        ["gpt-2", "qwen2", "starcoder", "bloom", "deepseek-llm", "deepseek-coder", "deepseek-v3", "gpt-4o", "tekken", "falcon", "dbrx"];

    private static readonly string[][] Kinds =
        [["gpt-2", "mpt", "phi-2", "olmo"], ["starcoder", "refact", "smollm", "command-r"], ["qwen2", "stablelm2"]];

    /// <summary>Short texts of many scripts with figures, marks, spaces and contractions.</summary>
    public static IReadOnlyList<string> Texts { get; } =
    [
        "Hello, world! It's 2024; we'll see what they've done.", "HELLO It'S WE'LL I'm you'd o'clock", "1 12 123 1234 12345 1234567 3.14159 1,000,000",
        "a  b   c\td\n\ne \n f  \r\n  g   ",
        "price: $5.99 (20% off!) -- e-mail me@example.org?", "x=y+z; if (a<b && c>=d) { return a[i]->b; } // end",
        "<tag attr=\"v\">text</tag> #hash @user ~/dir/file_name.txt",
        "Füße, naïve café, Ångström, Ελληνικά, русский язык, Çok güzel",
        "日本語のテキスト、中文文本。한국어 텍스트", "हिन्दी पाठ ١٢٣ عربي، نص. עברית",
        "emoji 😀👩‍👩‍👧 and ½ ² Ⅷ ①", "snake_case camelCase PascalCase HTTPServer XMLHttpRequest2",
        "......!!!???---***", "    indented\n\tcode\n", "don't DON'T can’t l'été", "a1b2c3 4you v2.0.1-beta", "“quotes” ‘single’ … — – «»",
    ];

    /// <summary>The kinds in the order in which they are tried.</summary>
    /// <param name="architecture">GGUF's name of the family, often that of its tokenizer.</param>
    /// <param name="hint">What <see cref="Hint"/> says.</param>
    /// <param name="ignoreMerges">Whether words of the vocabulary are taken whole.</param>
    public static IEnumerable<string> Candidates(string architecture, string? hint, bool ignoreMerges)
    {
        IReadOnlyList<string> known = ByteLevelGgufTokenizer.PreTokenizers;
        string own = architecture switch { "phi2" => "phi-2", "starcoder2" => "starcoder", "deepseek2" => "deepseek-v3", "olmo2" => "olmo", "stablelm" =>
            "stablelm2", _ => architecture };
        string[] first = ignoreMerges ? ["llama-bpe", own, "tekken"] : hint is null ? [own] : SameKind(own, hint) ? [own, hint] : [hint, own];
        return first.Concat(Common).Concat(known).Where(known.Contains).Distinct();
    }

    /// <summary>
    /// The name of the kind that the JSON of a pre-tokenizer describes, where it is a well-known one: a small vocabulary may not tell kinds apart that differ
    /// in rare places only.
    /// </summary>
    public static string? Hint(string json)
    {
        bool splits = json.Contains("\"Split\"", StringComparison.Ordinal), digits = json.Contains("\"Digits\"", StringComparison.Ordinal);
        if (json.Contains("…。，、।۔،", StringComparison.Ordinal) || json.Contains("\\u2026\\u3002", StringComparison.OrdinalIgnoreCase))
            return "bloom";
        if (json.Contains("(?i:'s|'t|'re|'ve|'m|'ll|'d)|", StringComparison.Ordinal))
            return json.Contains(@"\\p{N}{1,3}|", StringComparison.Ordinal) ? "dbrx" : "qwen2";
        if (splits || json.Contains("\"Punctuation\"", StringComparison.Ordinal)) return null;
        return digits ? "starcoder" : json.Contains("\"ByteLevel\"", StringComparison.Ordinal) ? "gpt-2" : null;
    }

    /// <summary>Whether two names stand for the same way of cutting.</summary>
    private static bool SameKind(string one, string other) => Kinds.Any(k => k.Contains(one) && k.Contains(other));
}
