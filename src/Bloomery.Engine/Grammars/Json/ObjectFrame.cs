using System.Text;
using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Json;

/// <summary>Inside an object, between the tokens.</summary>
internal sealed class ObjectFrame : Frame
{
    private readonly Residual _residual;
    private readonly Transition? _member;
    private readonly KeyBits _seen;
    private readonly UsedKeys? _used;
    private readonly Expected _expected;
    private readonly int _spaces;

    private ObjectFrame(Frame parent, Residual residual, KeyBits seen, UsedKeys? used, Expected expected, Transition? member = null, int spaces = 0)
        : base(parent)
    {
        (_residual, _seen, _used, _expected, _member, _spaces) = (residual, seen, used, expected, member, spaces);
    }

    private enum Expected
    {
        NameOrEnd,
        Name,
        Colon,
        Value,
        CommaOrEnd,
    }

    /// <summary>After the opening brace; null where no object may come.</summary>
    public static Frame? Open(Frame parent, Residual residual)
    {
        if (residual.Formulas[0].Kind == Formulas.FormulaKind.False) return null;
        var frame = new ObjectFrame(parent, residual, KeyBits.None, null, Expected.NameOrEnd);
        return frame.IsTooDeep || !frame.CanGoOn() && !residual.End.Ends ? null : frame;
    }

    public override Frame? Complete(ulong truths, Log? bytes) =>
        _member!.After(truths, repeats: false) is { } after ? new ObjectFrame(Parent!, after, _seen, _used, Expected.CommaOrEnd) : null;

    /// <summary>Whether nothing sets a name apart from other unknown ones: no keyword mentions it, no pattern has to be looked at, and it is new.</summary>
    public bool IsOrdinary(string key) => !_residual.Classes.HasPatterns && !_residual.Classes.IsNamed(key)
        && (_residual.FindKey(key) is not (>= 0 and int index) || !_seen.Contains(index)) && !UsedKeys.Contains(_used, key);

    /// <summary>After a whole name; null where it may not come.</summary>
    public Frame? Name(string key)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(key);
        bool named = _residual.Classes.IsNamed(key);
        int index = _residual.FindKey(key);
        if (index >= 0 && _seen.Contains(index) || UsedKeys.Contains(_used, key)) return null;
        Transition? member = _residual.Member(named ? key : null, _residual.Classes.Signature(utf8));
        if (member is null) return null;
        return index >= 0
            ? new ObjectFrame(Parent!, _residual, _seen.With(index), _used, Expected.Colon, member)
            : new ObjectFrame(Parent!, _residual, _seen, new UsedKeys(_used, key), Expected.Colon, member);
    }

    protected override Frame? Next(byte value)
    {
        if (IsSpace(value) && _expected != Expected.Value)
            return _spaces < ValueFrame.MostSpaces ? new ObjectFrame(Parent!, _residual, _seen, _used, _expected, _member, _spaces + 1) : null;
        switch (_expected)
        {
            case Expected.NameOrEnd or Expected.Name when value == '"':
                Dfa keys = _residual.Keys(_seen);
                return keys.Start >= 0 ? new KeyFrame(this, keys, new StringState(keys.Start), null) : null;
            case Expected.Colon when value == ':':
                return new ValueFrame(new ObjectFrame(Parent!, _residual, _seen, _used, Expected.Value, _member), _member!.Slot, 0);
            case Expected.CommaOrEnd when value == ',':
                return CanGoOn() ? new ObjectFrame(Parent!, _residual, _seen, _used, Expected.Name) : null;
            case Expected.NameOrEnd or Expected.CommaOrEnd when value == '}':
                (bool ends, ulong truths) = _residual.End;
                return ends ? Parent!.Complete(truths, Records ? new Log(Bytes, value) : null) : null;
            default:
                return null;
        }
    }

    private bool CanGoOn() => _residual.Keys(_seen).Start >= 0;
}
