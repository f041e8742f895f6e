using System.Runtime.CompilerServices;
using Bloomery.Formats.Tokenizers;

namespace Bloomery.Engine.Grammars.Masks;

/// <summary>One trie per tokenizer, made when it is first asked for and kept as long as the tokenizer.</summary>
internal static class TokenTries
{
    private static readonly ConditionalWeakTable<Tokenizer, TokenTrie> Known = [];

    public static TokenTrie Of(Tokenizer tokenizer) => Known.GetValue(tokenizer, t => new TokenTrie(t));
}
