using Bloomery.Engine.Grammars.Json;
using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Masks;

/// <summary>The tokens of states inside strings, remembered: they are most of a mask, and depend on the string alone.</summary>
/// <param name="trie">The vocabulary.</param>
/// <param name="plain">Whether needless escapes are left out.</param>
internal sealed class LeafCache(TokenTrie trie, bool plain)
{
    private const int MostBytes = 64 << 20, WorthSharing = 24;
    private readonly Dictionary<(Dfa, int, int), LeafTokens> _known = [];
    private int _bytes;

    /// <summary>The tokens below a node; a text in quotes, or one without.</summary>
    public LeafTokens Get(Dfa dfa, int state, int node, bool quoted)
    {
        if (quoted && dfa.FreeCharacters(state) >= trie.Height(node)) return Free(node);
        var key = (dfa, state, node);
        if (_known.TryGetValue(key, out LeafTokens? known)) return known;
        var result = new LeafTokensBuilder(trie);
        if (quoted) WalkQuoted(dfa, state, node, result);
        else Walk(dfa, state, node, result);
        LeafTokens leaf = result.Build();
        if (_bytes > MostBytes)
        {
            _known.Clear();
            _bytes = 0;
        }
        _bytes += leaf.Bytes;
        _known.Add(key, leaf);
        return leaf;
    }

    // Where every character may follow, the node alone decides.
    private LeafTokens Free(int node)
    {
        if (trie.FreeTokens.TryGetValue((node, plain), out LeafTokens? known)) return known;
        var result = new LeafTokensBuilder(trie);
        WalkQuoted(AnyString.Automaton, AnyString.Automaton.Start, node, result, share: false);
        return trie.FreeTokens.GetOrAdd((node, plain), result.Build());
    }

    private void WalkQuoted(Dfa dfa, int state, int node, LeafTokensBuilder result, bool share = true)
    {
        int depth = trie.Depth(node);
        var stack = new StringState[trie.Height(node) + 1];
        stack[0] = new StringState(state);
        for (int p = node + 1, end = trie.End(node); p < end;)
        {
            int level = trie.Depth(p) - depth;
            StringState step = stack[level - 1];
            byte value = trie.Byte(p);
            if (value == '"' && step.Escape == StringEscape.None)
            {
                if (dfa.Accepts(step.State)) result.AddExit(p);
                p = trie.End(p);
                continue;
            }
            if (plain && JsonString.IsNeedless(dfa, step, value) || !JsonString.TryStep(dfa, ref step, value))
            {
                p = trie.End(p);
                continue;
            }
            result.Add(trie.Token(p));
            if (share && step.Escape == StringEscape.None && trie.End(p) - p > WorthSharing && dfa.FreeCharacters(step.State) >= trie.Height(p))
            {
                result.Add(Free(p));
                p = trie.End(p);
                continue;
            }
            stack[level] = step;
            p++;
        }
    }

    private void Walk(Dfa dfa, int state, int node, LeafTokensBuilder result)
    {
        int depth = trie.Depth(node);
        var stack = new int[trie.Height(node) + 1];
        stack[0] = state;
        for (int p = node + 1, end = trie.End(node); p < end;)
        {
            int level = trie.Depth(p) - depth;
            int next = stack[level] = dfa.Next(stack[level - 1], trie.Byte(p));
            if (next >= 0) result.Add(trie.Token(p));
            p = next >= 0 ? p + 1 : trie.End(p);
        }
    }
}
