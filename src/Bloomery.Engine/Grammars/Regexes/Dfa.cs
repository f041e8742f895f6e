namespace Bloomery.Engine.Grammars.Regexes;

/// <summary>The automaton of an expression, built as it is stepped. States from which no text is reached do not exist.</summary>
internal sealed class Dfa
{
    public const int Dead = -1;
    private const int Unknown = -2, MostStates = 50_000, MostSearched = 50_000;
    private readonly RegexBuilder _builder;
    private readonly ByteClasses _classes = new();
    private readonly byte[] _representatives;
    private readonly List<RegexNode> _nodes = [];
    private readonly Dictionary<int, int> _states = [];
    private readonly Dictionary<int, bool> _alive = [];
    private readonly Dictionary<(int, int, int), bool> _reach = [];
    private int[][] _rows = new int[16][];

    public Dfa(RegexBuilder builder, RegexNode root)
    {
        _builder = builder;
        Refine(root);
        _representatives = _classes.Representatives();
        Start = StateOf(root);
    }

    /// <summary>The state before the first byte, or <see cref="Dead"/> where no text is accepted at all.</summary>
    public int Start { get; }

    public int Next(int state, byte value)
    {
        int next = _rows[state][_classes[value]];
        return next != Unknown ? next : Fill(state, value);
    }

    public bool Accepts(int state) => _nodes[state].Nullable;

    /// <summary>Whether some character of a range of code points may come.</summary>
    public bool CanReach(int state, int low, int high)
    {
        if (_reach.TryGetValue((state, low, high), out bool known)) return known;
        bool result = CodePointSearch.Any(this, state, low, high);
        _reach.Add((state, low, high), result);
        return result;
    }

    /// <summary>How many characters may follow in whatever combination; the text may end after each of them.</summary>
    public int FreeCharacters(int state)
    {
        RegexNode node = _nodes[state];
        if (node.Kind != RegexKind.Loop || node.Min > 0 || node.Items[0] != _builder.AnyCharacter) return 0;
        return node.Max < 0 ? int.MaxValue : node.Max;
    }

    public bool Matches(ReadOnlySpan<byte> text)
    {
        int state = Start;
        foreach (byte value in text)
        {
            if (state < 0) return false;
            state = Next(state, value);
        }
        return state >= 0 && Accepts(state);
    }

    private int Fill(int state, byte value) => _rows[state][_classes[value]] = StateOf(_builder.Derivative(_nodes[state], value));

    private int StateOf(RegexNode node)
    {
        if (_states.TryGetValue(node.Id, out int state)) return state;
        if (!IsAlive(node)) return _states[node.Id] = Dead;
        if (_nodes.Count >= MostStates) throw new GrammarException("a pattern needs too many states; simplify it or bound its repetitions");
        state = _nodes.Count;
        _nodes.Add(node);
        if (state == _rows.Length) Array.Resize(ref _rows, 2 * state);
        Array.Fill(_rows[state] = new int[_classes.Count], Unknown);
        return _states[node.Id] = state;
    }

    // Only intersections and complements need a search for a text; everything else has one unless it is Nothing.
    private bool IsAlive(RegexNode node)
    {
        if (node == _builder.Nothing) return false;
        if (!node.MayBeEmpty || node.Nullable) return true;
        if (_alive.TryGetValue(node.Id, out bool known)) return known;
        var from = new Dictionary<RegexNode, RegexNode?> { [node] = null };
        // What may be shortest comes first.
        var queue = new PriorityQueue<RegexNode, (int, int)>([(node, (0, 0))]);
        while (queue.TryDequeue(out RegexNode? current, out _))
        {
            foreach (byte value in _representatives)
            {
                RegexNode next = _builder.Derivative(current, value);
                if (next == _builder.Nothing || _alive.TryGetValue(next.Id, out known) && !known) continue;
                if (next.Nullable || !next.MayBeEmpty || known)
                {
                    for (RegexNode? step = current; step is not null; step = from[step]) _alive[step.Id] = true;
                    return true;
                }
                if (!from.TryAdd(next, current)) continue;
                if (from.Count > MostSearched) throw new GrammarException("it takes too long to find a text that fits all patterns; simplify them");
                queue.Enqueue(next, (next.LeastLength, from.Count));
            }
        }
        foreach (RegexNode visited in from.Keys) _alive[visited.Id] = false;
        return false;
    }

    private void Refine(RegexNode root)
    {
        var seen = new HashSet<RegexNode> { root };
        var stack = new Stack<RegexNode>(seen);
        while (stack.TryPop(out RegexNode? node))
        {
            if (node.Kind == RegexKind.Set) _classes.Refine(node.Set);
            node.Machine?.Refine(_classes);
            foreach (RegexNode item in node.Items)
            {
                if (seen.Add(item)) stack.Push(item);
            }
        }
    }
}
