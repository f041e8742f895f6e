namespace Bloomery.Engine.Stopping;

/// <summary>The automaton of Aho and Corasick over UTF-16 units: a state is the longest suffix of the text that begins a stop string.</summary>
internal sealed class StopTrie
{
    public const int Root = 0;

    private readonly Dictionary<(int State, char Symbol), int> _edges = [];
    private readonly List<int> _depths = [0];
    private readonly List<string?> _matches = [null];
    private readonly int[] _fallbacks;

    public StopTrie(IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        foreach (string word in words) Add(word);
        _fallbacks = new int[_depths.Count];
        LinkFallbacks();
    }

    public bool IsEmpty => _depths.Count == 1;

    /// <summary>The length of the suffix that the state stands for.</summary>
    public int DepthOf(int state) => _depths[state];

    /// <summary>The longest word that ends here.</summary>
    public string? MatchAt(int state) => _matches[state];

    public int Next(int state, char symbol)
    {
        while (true)
        {
            if (_edges.TryGetValue((state, symbol), out int next)) return next;
            if (state == Root) return Root;
            state = _fallbacks[state];
        }
    }

    private void Add(string word)
    {
        ArgumentException.ThrowIfNullOrEmpty(word);
        int state = Root;
        foreach (char symbol in word)
        {
            if (!_edges.TryGetValue((state, symbol), out int next))
            {
                next = _depths.Count;
                _edges.Add((state, symbol), next);
                _depths.Add(_depths[state] + 1);
                _matches.Add(null);
            }
            state = next;
        }
        _matches[state] = word;
    }

    // In order of depth, so that a state's fallback, which is shallower, is complete before the state is.
    private void LinkFallbacks()
    {
        foreach (((int from, char symbol), int to) in _edges.OrderBy(edge => _depths[edge.Value]))
        {
            _fallbacks[to] = from == Root ? Root : Next(_fallbacks[from], symbol);
            _matches[to] ??= _matches[_fallbacks[to]];
        }
    }
}
