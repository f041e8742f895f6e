using Bloomery.Formats.Tokenizers;
using Bloomery.Formats.Tokenizers.Gguf;
using FsCheck.Xunit;

namespace Bloomery.Tests.Tokenizers.Gguf;

public class PlainRangeTests
{
    private const string Token = "<|im_start|>";
    private static readonly Tokenizer Tokenizer = GgufTokenizer.Create(Vocabularies.ByteLevel().Metadata());

    [Property]
    public bool ASpecialTokenIsParsedUnlessARangeTouchesIt(bool[]? plain)
    {
        bool[] isPlain = plain ?? [];
        string text = string.Concat(Enumerable.Repeat(Token, isPlain.Length));
        TextRange[] ranges = Enumerable.Range(0, isPlain.Length).Where(i => isPlain[i])
            .Select(i => new TextRange((i * Token.Length) + (i % Token.Length), (i + 1) * Token.Length)).ToArray();
        int[] ids = Tokenizer.EncodeToIds(text, new() { ParseSpecial = true, PlainRanges = ranges });
        return ids.Count(id => id == 264) == isPlain.Count(p => !p) && Tokenizer.Decode(ids) == text;
    }
}
