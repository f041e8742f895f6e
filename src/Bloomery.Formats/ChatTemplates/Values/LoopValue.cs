using Bloomery.Formats.ChatTemplates.Builtins;
using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary>The <c>loop</c> variable. It looks ahead only when asked, so that lazy sources stay lazy.</summary>
internal sealed class LoopValue(IEnumerator<Value> source, int length, int depth, Func<Value, int, TextValue>? recurse) : Value
{
    private static readonly MethodTable Methods = new()
    {
        { "cycle", "*values", static (_, self, a) => ((LoopValue)self).Cycle((TupleValue)a[0]!) },
        { "changed", "*values", static (r, self, a) => ((LoopValue)self).Changed(r, (TupleValue)a[0]!) },
    };

    private static readonly System.Collections.Frozen.FrozenDictionary<string, Method> Known = Methods.Freeze();

    private IEnumerator<Value> _source = source;
    private int _length = length;
    private int _index = -1;
    private Value? _before;
    private Value? _current;
    private Value? _after;
    private TupleValue? _lastChanged;

    public override string TypeName => "LoopContext";

    public override bool IsCallable => true;

    public override int Length => CountLength();

    /// <summary>The next element, or null at the end.</summary>
    public Value? MoveNext()
    {
        Value? next = PeekNext();
        if (next is null) return null;
        _after = null;
        _index++;
        _before = _current;
        _current = next;
        return next;
    }

    public override Value? Attribute(Rendering rendering, string name) => name switch
    {
        "index" => IntValue.Of(_index + 1),
        "index0" => IntValue.Of(_index),
        "revindex" => IntValue.Of(CountLength() - _index),
        "revindex0" => IntValue.Of(CountLength() - _index - 1),
        "first" => BoolValue.Of(_index == 0),
        "last" => BoolValue.Of(PeekNext() is null),
        "length" => IntValue.Of(CountLength()),
        "depth" => IntValue.Of(depth + 1),
        "depth0" => IntValue.Of(depth),
        "previtem" => _index == 0 ? new UndefinedValue("there is no previous item") : _before,
        "nextitem" => PeekNext() ?? new UndefinedValue("there is no next item"),
        _ => Known.TryGetValue(name, out Method? method) ? new MethodValue(this, method) : null,
    };

    public override Value Call(Rendering rendering, in Arguments arguments)
    {
        if (recurse is null) throw new ChatTemplateException("The loop must have the 'recursive' marker to be called recursively.");
        Value?[] bound = Signature.Of("iterable").Bind("loop", arguments);
        return recurse(bound[0]!, depth + 1);
    }

    public override void Repr(MarkedWriter writer) => writer.Append($"<LoopContext {_index + 1}/{CountLength()}>");

    private Value? PeekNext() => _after ??= _source.MoveNext() ? _source.Current : null;

    private int CountLength()
    {
        if (_length >= 0) return _length;
        List<Value> rest = [];
        while (_source.MoveNext()) rest.Add(_source.Current);
        _source = rest.GetEnumerator();
        return _length = rest.Count + _index + 1 + (_after is null ? 0 : 1);
    }

    private Value Cycle(TupleValue values) => values.Items.Count == 0
        ? throw new ChatTemplateException("no items for cycling given")
        : values.Items[_index % values.Items.Count];

    private bool Changed(Rendering rendering, TupleValue values)
    {
        if (_lastChanged is not null && Comparison.AreEqual(rendering, _lastChanged, values)) return false;
        _lastChanged = values;
        return true;
    }
}
