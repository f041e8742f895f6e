using FsCheck;
using FsCheck.Fluent;

namespace Bloomery.Tests.Tokenizers;

/// <summary>Random texts made of what tokenizers trip over.</summary>
internal static class Texts
{
    private static readonly string[] Parts =
    [
        " ", "  ", "   ", "\n", "\r\n", "\t", "\u00A0", "\u3000", "\u0085", "a", "the", "Hello", "HELLO", "don't", "'S", "'ll", "'\u017F", "it's", "1",
        "23", "4567",
        "²", "½", "Ⅷ", "\u0663", ".", ",", "!?", "...", "()", "[x]", "|", "/", "_", "-", "é", "e\u0301", "\u0301", "ß", "İ", "Σ", "ﬁ",
        "日本語", "東京", "한국어",
        "\U0001D4B3", "\U00020BB7", "\U0001F600", "\U0001F468\u200D\U0001F469", "\u0915\u094D\u0937", "\uFFFD", "\u200B", "\u2581", "\u0000",
        "\u001C", "<s>", "</s>", "<|endoftext|>",
        "[CLS]", "[MASK]", "\u202Eabc", "I am", "x y", "\uFEFF",
    ];

    /// <summary>Well-formed texts of up to about 40 parts.</summary>
    public static Arbitrary<string> Arbitrary() =>
        Gen.Elements(Parts).ListOf().Where(parts => parts.Count <= 40).Select(parts => string.Concat(parts)).ToArbitrary();
}
