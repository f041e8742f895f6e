using Bloomery.Engine.Grammars.Json;
using Bloomery.Engine.Grammars.Masks;

namespace Bloomery.Engine.Grammars;

/// <summary>Follows one text through a grammar, token by token. Not for several threads.</summary>
internal sealed class Matcher(Grammar grammar, TokenTrie trie)
{
    private readonly MaskWalk _walk = new(trie);

    /// <summary>Where the text is; setting it goes back, or on from a fork.</summary>
    public Frame Position { get; set; } = grammar.Start;

    /// <summary>Whether the text may end here.</summary>
    public bool MayEnd => Position.MayEnd;

    /// <summary>Whether the text is whole, so that nothing but white space could follow.</summary>
    public bool IsComplete => Position is RootFrame { MayEnd: true };

    /// <summary>The tokens that may come next; never one that ends the text (see <see cref="MayEnd"/>).</summary>
    public void Fill(TokenMask mask) => _walk.Fill(Position, mask);

    /// <summary>Goes on by a token; false where it is not allowed, and nothing changes.</summary>
    public bool TryAccept(int token)
    {
        if (_walk.Advance(Position, token) is not { } next) return false;
        Position = next;
        return true;
    }

    /// <summary>Goes on by bytes; false where they are not allowed, and nothing changes.</summary>
    public bool TryAccept(ReadOnlySpan<byte> text)
    {
        Frame? next = Position;
        foreach (byte value in text)
        {
            next = next.Step(value);
            if (next is null) return false;
        }
        Position = next;
        return true;
    }
}
