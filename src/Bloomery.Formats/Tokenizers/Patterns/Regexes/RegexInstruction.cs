namespace Bloomery.Formats.Tokenizers.Patterns.Regexes;

/// <summary>One instruction; what <paramref name="A"/> and <paramref name="B"/> mean depends on <paramref name="Operation"/>.</summary>
internal readonly record struct RegexInstruction(RegexOperation Operation, int A = 0, int B = 0, CharSet? Set = null);
