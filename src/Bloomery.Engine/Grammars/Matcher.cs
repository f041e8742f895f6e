using Bloomery.Engine.Grammars.Json;
using Bloomery.Engine.Grammars.Masks;

namespace Bloomery.Engine.Grammars;

/// <summary>Follows one text through a grammar, token by token. Not for several threads.</summary>
/// <param name="grammar">What the text has to be like.</param>
/// <param name="trie">The vocabulary.</param>
/// <param name="plain">
/// Whether masks leave out needless escapes in JSON strings, for texts that are written; what is accepted does not change.
/// </param>
internal sealed class Matcher(Grammar grammar, TokenTrie trie, bool plain = false)
{
    private readonly MaskWalk _walk = new(trie, plain);
    private MaskWalk? _every;

    /// <summary>Where the text is; setting it goes back, or on from a fork.</summary>
    public Frame Position { get; set; } = grammar.Start;

    /// <summary>Whether the text may end here.</summary>
    public bool MayEnd => Position.MayEnd;

    /// <summary>Whether the text is whole, so that nothing but white space could follow.</summary>
    public bool IsComplete => Position is RootFrame { MayEnd: true };

    /// <summary>The tokens that may come next; never one that ends the text (see <see cref="MayEnd"/>).</summary>
    public void Fill(TokenMask mask)
    {
        _walk.Fill(Position, mask);
        // A character that only digits can spell, such as U+0001.
        if (plain && mask.IsEmpty && !MayEnd) (_every ??= new MaskWalk(trie, plain: false)).Fill(Position, mask);
    }

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
