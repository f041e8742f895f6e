namespace Bloomery.Engine.Grammars.Masks;

/// <summary>What the tokens below one node of the trie do in one state of a string: those that stay inside it, and the nodes at which it ends.</summary>
/// <param name="Inside">Tokens that end inside, where they are few.</param>
/// <param name="Many">The same where they are many.</param>
/// <param name="Exits">Nodes whose last byte is the closing quote.</param>
internal sealed record LeafTokens(int[] Inside, TokenMask? Many, int[] Exits)
{
    public int Bytes => 4 * (Inside.Length + Exits.Length) + (Many is null ? 0 : Many.Size / 8) + 100;
}
