namespace Bloomery.Formats.Tokenizers.Patterns.Regexes;

/// <summary>Turns a parsed expression into instructions.</summary>
internal sealed class RegexCompiler
{
    /// <summary>No expression of a tokeniser comes near this.</summary>
    public const int MaxInstructions = 20_000;

    private const int MaxCalls = 20;
    private readonly List<RegexInstruction> _code = [];
    private readonly Dictionary<RegexNode.Group, int> _groups = new(ReferenceEqualityComparer.Instance);
    private int _registers, _emitted, _calls;

    /// <summary>Compiles an expression.</summary>
    /// <exception cref="FormatException">It is too large.</exception>
    public static RegexProgram Compile(RegexNode node)
    {
        var compiler = new RegexCompiler();
        compiler.Emit(node);
        compiler.Add(RegexOperation.Match);
        return new RegexProgram(compiler._code.ToArray(), compiler._registers);
    }

    /// <summary>The error for an expression that is too large.</summary>
    public static FormatException TooLarge() => new("the expression is too large");

    private int Add(RegexOperation operation, int a = 0, int b = 0, CharSet? set = null)
    {
        if (_code.Count >= MaxInstructions) throw TooLarge();
        _code.Add(new RegexInstruction(operation, a, b, set));
        return _code.Count - 1;
    }

    private void Emit(RegexNode node)
    {
        // Repeated empty parts make no instructions but take time.
        if (++_emitted > 4 * MaxInstructions) throw TooLarge();
        switch (node)
        {
            case RegexNode.Set set:
                Add(RegexOperation.Set, set: set.Chars);
                break;
            case RegexNode.Sequence sequence:
                foreach (RegexNode part in sequence.Parts) Emit(part);
                break;
            case RegexNode.Choice choice:
                EmitChoice(choice.Parts);
                break;
            case RegexNode.Repeat repeat:
                EmitRepeat(repeat);
                break;
            case RegexNode.Atomic atomic:
                EmitGroup(RegexOperation.Atomic, atomic.Part, 0);
                break;
            case RegexNode.Look look:
                EmitLook(look);
                break;
            case RegexNode.Anchor anchor:
                Add(anchor.Kind, anchor.Kind == RegexOperation.Keep ? _registers++ : 0);
                break;
            case RegexNode.Group group:
                EmitGroup(group);
                break;
            case RegexNode.Reference { IsCall: true } call:
                if (++_calls > MaxCalls) throw new FormatException("a group that calls itself is not supported");
                EmitGroup(call.Groups[0]);
                _calls--;
                break;
            case RegexNode.Reference reference:
                EmitReference(reference);
                break;
        }
    }

    private void EmitGroup(RegexNode.Group group)
    {
        if (!group.IsReferred)
        {
            Emit(group.Part);
            return;
        }
        int register = RegisterOf(group);
        Add(RegexOperation.Save, register);
        Emit(group.Part);
        Add(RegexOperation.Save, register + 1);
    }

    private int RegisterOf(RegexNode.Group group)
    {
        if (_groups.TryGetValue(group, out int register)) return register;
        (register, _registers) = (_registers, _registers + 2);
        return _groups[group] = register;
    }

    private void EmitReference(RegexNode.Reference reference)
    {
        var splits = new List<int>();
        var jumps = new List<int>();
        for (int i = reference.Groups.Count - 1; i >= 0; i--)
        {
            if (i > 0) splits.Add(Add(RegexOperation.Split));
            Add(RegexOperation.Reference, RegisterOf(reference.Groups[i]), reference.IgnoreCase ? 1 : 0);
            if (i == 0) break;
            jumps.Add(Add(RegexOperation.Jump));
            _code[splits[^1]] = new RegexInstruction(RegexOperation.Split, splits[^1] + 1, _code.Count);
        }
        foreach (int jump in jumps) _code[jump] = new RegexInstruction(RegexOperation.Jump, _code.Count);
    }

    private void EmitChoice(List<RegexNode> parts)
    {
        var jumps = new List<int>();
        for (int i = 0; i < parts.Count - 1; i++)
        {
            int split = Add(RegexOperation.Split);
            Emit(parts[i]);
            jumps.Add(Add(RegexOperation.Jump));
            _code[split] = new RegexInstruction(RegexOperation.Split, split + 1, _code.Count);
        }
        Emit(parts[^1]);
        foreach (int jump in jumps) _code[jump] = new RegexInstruction(RegexOperation.Jump, _code.Count);
    }

    private void EmitRepeat(RegexNode.Repeat repeat)
    {
        if (repeat.Part is RegexNode.Set set)
        {
            Add(repeat.Lazy ? RegexOperation.LazySetRun : RegexOperation.SetRun, repeat.Min, repeat.Max, set.Chars);
            return;
        }
        for (int i = 0; i < repeat.Min; i++) Emit(repeat.Part);
        if (repeat.Max < 0)
        {
            int split = Add(RegexOperation.Split);
            bool nullable = repeat.Part.IsNullable;
            int register = nullable ? _registers++ : 0;
            if (nullable) Add(RegexOperation.Mark, register);
            Emit(repeat.Part);
            int skip = nullable ? Add(RegexOperation.SkipIfUnmoved) : -1;
            Add(RegexOperation.Jump, split);
            if (nullable) _code[skip] = new RegexInstruction(RegexOperation.SkipIfUnmoved, register, _code.Count);
            PatchSplit(split, repeat.Lazy);
            return;
        }
        var splits = new List<int>();
        for (int i = repeat.Min; i < repeat.Max; i++)
        {
            splits.Add(Add(RegexOperation.Split));
            Emit(repeat.Part);
        }
        foreach (int split in splits) PatchSplit(split, repeat.Lazy);
    }

    private void PatchSplit(int split, bool lazy) => _code[split] = lazy
        ? new RegexInstruction(RegexOperation.Split, _code.Count, split + 1)
        : new RegexInstruction(RegexOperation.Split, split + 1, _code.Count);

    private void EmitLook(RegexNode.Look look)
    {
        if (!look.Behind)
        {
            EmitGroup(look.Negative ? RegexOperation.NotAhead : RegexOperation.Ahead, look.Part, 0);
            return;
        }
        // Alternatives of different lengths are tried one by one.
        List<RegexNode> parts = look.Part is RegexNode.Choice choice ? choice.Parts : [look.Part];
        if (look.Negative)
        {
            foreach (RegexNode part in parts) EmitBehind(RegexOperation.NotBehind, part);
            return;
        }
        var jumps = new List<int>();
        for (int i = 0; i < parts.Count; i++)
        {
            int split = i < parts.Count - 1 ? Add(RegexOperation.Split) : -1;
            EmitBehind(RegexOperation.Behind, parts[i]);
            if (split < 0) continue;
            jumps.Add(Add(RegexOperation.Jump));
            _code[split] = new RegexInstruction(RegexOperation.Split, split + 1, _code.Count);
        }
        foreach (int jump in jumps) _code[jump] = new RegexInstruction(RegexOperation.Jump, _code.Count);
    }

    private void EmitBehind(RegexOperation operation, RegexNode part)
    {
        if (part.FixedLength >= 0)
        {
            EmitGroup(operation, part, part.FixedLength);
            return;
        }
        int at = Add(operation);
        Emit(part);
        Add(RegexOperation.BehindEnd);
        Add(RegexOperation.Match);
        _code[at] = new RegexInstruction(operation, _code.Count, -1);
    }

    private void EmitGroup(RegexOperation operation, RegexNode part, int length)
    {
        int at = Add(operation);
        Emit(part);
        Add(RegexOperation.Match);
        _code[at] = new RegexInstruction(operation, _code.Count, length);
    }
}
