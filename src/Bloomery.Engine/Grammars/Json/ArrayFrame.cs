using Bloomery.Engine.Grammars.Formulas;

namespace Bloomery.Engine.Grammars.Json;

/// <summary>Inside an array, between the items.</summary>
internal sealed class ArrayFrame : Frame
{
    private readonly Residual _residual;
    private readonly Transition? _item;
    private readonly UsedKeys? _items;
    private readonly Log? _start;
    private readonly bool _first;
    private readonly int _spaces;

    private ArrayFrame(Frame parent, Residual residual, UsedKeys? items, bool first, Transition? item = null, Log? start = null, int spaces = 0)
        : base(parent)
    {
        (_residual, _items, _first, _item, _start, _spaces) = (residual, items, first, item, start, spaces);
        Records = parent.Records || residual.WatchesRepetition;
    }

    /// <summary>After the opening bracket; null where no array may come.</summary>
    public static Frame? Open(Frame parent, Residual residual)
    {
        if (residual.Formulas[0].Kind == FormulaKind.False) return null;
        var frame = new ArrayFrame(parent, residual, null, first: true);
        return frame.IsTooDeep || residual.Item() is null && !residual.End.Ends ? null : frame;
    }

    public override Frame? Complete(ulong truths, Log? bytes)
    {
        UsedKeys? items = _items;
        bool repeats = false;
        if (_residual.WatchesRepetition)
        {
            string item = JsonText.Canonical(Log.Since(_start, bytes));
            repeats = UsedKeys.Contains(items, item);
            items = new UsedKeys(items, item);
        }
        return _item!.After(truths, repeats) is { } after ? new ArrayFrame(Parent!, after, items, first: false) : null;
    }

    protected override Frame? Next(byte value)
    {
        if (IsSpace(value))
        {
            return _spaces < ValueFrame.MostSpaces ? new ArrayFrame(Parent!, _residual, _items, _first, _item, null, _spaces + 1) : null;
        }
        if (value == ']')
        {
            (bool ends, ulong truths) = _residual.End;
            return ends ? Parent!.Complete(truths, Records ? new Log(Bytes, value) : null) : null;
        }
        if (_first) return Item(Bytes)?.Step(value);
        return value == ',' ? Item(Records ? new Log(Bytes, value) : null) : null;
    }

    private ValueFrame? Item(Log? bytes) =>
        _residual.Item() is { } item ? new ValueFrame(new ArrayFrame(Parent!, _residual, _items, _first, item, bytes), item.Slot, 0) : null;
}
