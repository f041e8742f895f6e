namespace Bloomery.Formats.ChatTemplates.Scoping;

/// <summary>
/// The variables of one scope while the tree is analysed, by Jinja's rules: reading a name that no scope around knows
/// looks it up in the context once, on entry; assigning one makes a copy of it that ends with the scope.
/// </summary>
internal sealed class Symbols
{
    private readonly Dictionary<string, Slot> _places;      // shared by the branches of one scope
    private readonly Dictionary<string, Slot> _references;
    private readonly Dictionary<Slot, Source> _sources;
    private readonly HashSet<string> _stores;

    public Symbols(FunctionScope function, Symbols? parent)
    {
        Function = function;
        Parent = parent;
        _places = [];
        _references = [];
        _sources = [];
        _stores = [];
    }

    private Symbols(Symbols original)
    {
        Function = original.Function;
        Parent = original.Parent;
        _places = original._places;
        _references = new(original._references);
        _sources = new(original._sources);
        _stores = [.. original._stores];
    }

    private enum Origin
    {
        Missing,
        Context,
        Outer,
        Parameter,
    }

    public FunctionScope Function { get; }

    public Symbols? Parent { get; }

    public Symbols Branch() => new(this);

    public Slot? Find(string name) => _references.TryGetValue(name, out Slot? slot) ? slot : Parent?.Find(name);

    public void Load(string name)
    {
        if (Find(name) is null) Define(name, new Source(Origin.Context, name, null));
    }

    public void Store(string name)
    {
        _stores.Add(name);
        if (_references.ContainsKey(name)) return;
        Define(name, Parent?.Find(name) is { } outer ? new Source(Origin.Outer, null, outer) : new Source(Origin.Missing, null, null));
    }

    public Slot Parameter(string name)
    {
        _stores.Add(name);
        return Define(name, new Source(Origin.Parameter, null, null));
    }

    /// <summary>
    /// Joins the branches of an <c>if</c>: what only some of them assign starts as what it is outside.
    /// </summary>
    public void Join(IReadOnlyList<Symbols> branches)
    {
        HashSet<string> stores = [.. branches.SelectMany(static b => b._stores)];
        stores.ExceptWith(_stores);
        foreach (Symbols branch in branches)
        {
            foreach ((string name, Slot slot) in branch._references) _references[name] = slot;
            foreach ((Slot slot, Source source) in branch._sources) _sources[slot] = source;
            _stores.UnionWith(branch._stores);
        }
        foreach (string name in stores)
        {
            Slot slot = Find(name)!;
            _sources[slot] = Parent?.Find(name) is { } outer ? new Source(Origin.Outer, null, outer) : new Source(Origin.Context, name, null);
        }
    }

    public ScopeEntry ToEntry()
    {
        List<ScopeEntry.Load> loads = [];
        foreach ((Slot slot, Source source) in _sources)
        {
            if (source.Origin == Origin.Parameter) continue;
            loads.Add(new(slot.Index, source.Name, source.Outer is null ? null : Function.AddressOf(source.Outer)));
        }
        return loads.Count == 0 ? ScopeEntry.Empty : new ScopeEntry([.. loads]);
    }

    /// <summary>Every variable assigned in this scope or one around it.</summary>
    public Dictionary<string, Slot> Assigned()
    {
        Dictionary<string, Slot> all = [];
        for (Symbols? scope = this; scope is not null; scope = scope.Parent)
            foreach (string name in scope._stores) all.TryAdd(name, Find(name)!);
        return all;
    }

    private Slot Define(string name, Source source)
    {
        if (!_places.TryGetValue(name, out Slot? slot)) _places[name] = slot = Function.NewSlot();
        _references[name] = slot;
        _sources[slot] = source;
        return slot;
    }

    private readonly record struct Source(Origin Origin, string? Name, Slot? Outer);
}
