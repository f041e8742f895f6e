using System.Text;

namespace Bloomery.Engine.Grammars.Regexes;

/// <summary>A trie of literal texts.</summary>
internal sealed class LiteralSet : IMachine
{
    private readonly Dictionary<(int State, byte Value), int> _next = [];
    private readonly List<bool> _accepts = [false];

    public LiteralSet(IEnumerable<string> texts)
    {
        foreach (string text in texts)
        {
            int state = 0;
            foreach (byte value in Encoding.UTF8.GetBytes(text))
            {
                if (!_next.TryGetValue((state, value), out int next))
                {
                    next = _accepts.Count;
                    _accepts.Add(false);
                    _next.Add((state, value), next);
                }
                state = next;
            }
            _accepts[state] = true;
        }
        IsEmpty = !_accepts.Contains(true);
    }

    public bool IsEmpty { get; }

    public int Next(int state, byte value) => _next.GetValueOrDefault((state, value), -1);

    public bool Accepts(int state) => _accepts[state];

    public void Refine(ByteClasses classes)
    {
        foreach (byte value in _next.Keys.Select(k => k.Value).Distinct()) classes.Refine(ByteSet.Of(value));
    }
}
