using Bloomery.Formats.Tokenizers.Patterns;

namespace Bloomery.Formats.Tokenizers.Gguf;

/// <summary>What a value of <c>tokenizer.ggml.pre</c> stands for.</summary>
/// <param name="Patterns">Applied one after the other to the pieces of the one before; matches and gaps are pieces.</param>
/// <param name="IgnoreMerges">Whether a piece that is a token is taken whole, even where no merges build it.</param>
/// <param name="AddBos">Whether a text gets a begin token unless the file says otherwise.</param>
internal sealed record PreTokenizerKind(SplitPattern[] Patterns, bool IgnoreMerges = false, bool AddBos = false);
