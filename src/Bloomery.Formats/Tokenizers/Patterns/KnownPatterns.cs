namespace Bloomery.Formats.Tokenizers.Patterns;

/// <summary>Scanners for the expressions of well-known models, which are faster than the regex machine.</summary>
internal static class KnownPatterns
{
    /// <summary>The scanner for exactly this expression, or null.</summary>
    public static SplitPattern? Find(string expression) => expression switch
    {
        Gpt2Pattern.Expression => new Gpt2Pattern(),
        Llama3Pattern.ThreeDigits => new Llama3Pattern(3),
        Llama3Pattern.OneDigit => new Llama3Pattern(1),
        BloomPattern.Nested or BloomPattern.Flat => new BloomPattern(),
        _ => null,
    };
}
