using Bloomery.Engine.Grammars.Json;

namespace Bloomery.Engine.Grammars.Masks;

/// <summary>Fills masks: walks the trie beside the positions of a text, and takes whole strings from the cache.</summary>
/// <param name="trie">The vocabulary.</param>
/// <param name="plain">Whether needless escapes in JSON strings are left out.</param>
internal sealed class MaskWalk(TokenTrie trie, bool plain)
{
    // One walk visits at most this many positions; a mask that needs more is refused, never left open.
    private const int MostSteps = 4_000_000;
    // The shortest rest of a member, with the name of the next: :0,""
    private const int ShortestMember = 5;
    private readonly LeafCache _leaves = new(trie, plain);
    private int _steps;

    /// <summary>Adds every token that may follow.</summary>
    public void Fill(Frame position, TokenMask mask)
    {
        _steps = 0;
        mask.Clear();
        Below(position, 0, mask);
    }

    /// <summary>The position after a token, or null where it is not allowed.</summary>
    public Frame? Advance(Frame position, int token)
    {
        ReadOnlySpan<byte> text = (uint)token < (uint)trie.VocabularySize ? trie.Text(token) : [];
        if (text.Length == 0) return null;
        return Step(position, text);
    }

    private void Below(Frame position, int node, TokenMask mask)
    {
        switch (position)
        {
            case TextFrame { State.Escape: StringEscape.None } text:
                String(text, node, mask);
                return;
            case RegexFrame regex:
                Add(_leaves.Get(regex.Automaton, regex.State, node, quoted: false), mask);
                return;
        }
        int depth = trie.Depth(node);
        var stack = new Frame[trie.Height(node) + 1];
        stack[0] = position;
        for (int p = node + 1, end = trie.End(node); p < end;)
        {
            if (++_steps > MostSteps) throw new GrammarException("the mask of the next token takes too long; simplify the schema");
            int level = trie.Depth(p) - depth;
            Frame from = stack[level - 1];
            byte value = trie.Byte(p);
            Frame? next = plain && from is TextFrame escaped && JsonString.IsNeedless(escaped.Automaton, escaped.State, value) ? null : from.Step(value);
            if (next is null)
            {
                p = trie.End(p);
                continue;
            }
            Add(trie.Token(p), mask);
            if (trie.End(p) > p + 1 && next is TextFrame { State.Escape: StringEscape.None } text)
            {
                String(text, p, mask);
                p = trie.End(p);
                continue;
            }
            stack[level] = next;
            p++;
        }
    }

    private void String(TextFrame text, int node, TokenMask mask)
    {
        LeafTokens leaf = _leaves.Get(text.Automaton, text.State.State, node, quoted: true);
        Add(leaf, mask);
        Frame? ordinary = null;
        bool known = false;
        int depth = trie.Depth(node);
        foreach (int exit in leaf.Exits)
        {
            ReadOnlySpan<byte> rest = trie.Path(exit)[depth..];
            Frame? after;
            if (text.DependsOnText && !IsOrdinary(text, rest[..^1], exit)) after = Step(text, rest);
            else if (known) after = ordinary;
            else (after, known) = (ordinary = Step(text, rest), true);
            if (after is null) continue;
            Add(trie.Token(exit), mask);
            if (trie.End(exit) > exit + 1) Below(after, exit, mask);
        }
    }

    // What follows a new name that nothing mentions is always the same, but that it is new no more; a token so short cannot hold a second name.
    private bool IsOrdinary(TextFrame text, ReadOnlySpan<byte> rest, int exit) =>
        text is KeyFrame { Records: false } key && trie.Height(exit) < ShortestMember && key.IsOrdinary(rest);

    private static Frame? Step(Frame position, ReadOnlySpan<byte> text)
    {
        Frame? next = position;
        foreach (byte value in text)
        {
            next = next.Step(value);
            if (next is null) return null;
        }
        return next;
    }

    private void Add(LeafTokens leaf, TokenMask mask)
    {
        if (leaf.Many is not null) mask.Add(leaf.Many);
        foreach (int token in leaf.Inside) mask.Add(token);
    }

    private void Add(int token, TokenMask mask)
    {
        for (; token >= 0; token = trie.SameText(token)) mask.Add(token);
    }
}
