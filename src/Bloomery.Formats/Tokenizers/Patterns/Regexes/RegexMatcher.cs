using System.Globalization;

namespace Bloomery.Formats.Tokenizers.Patterns.Regexes;

/// <summary>
/// Runs compiled expressions by backtracking over code points. Where an attempt takes suspiciously long it starts to remember which
/// (instruction, place) pairs failed, which bounds it by their number: no expression is catastrophic. One per thread.
/// </summary>
internal sealed class RegexMatcher
{
    /// <summary>The expression takes too many steps on this text: as in the reference, nothing more is found.</summary>
    public const int GaveUp = -2;

    private const int PatienceBase = 2_000;
    private const long MaxSteps = 20_000_000, MaxSearchSteps = 100_000_000, StepsPerCharacter = 100;
    private const int MaxCluster = 100;
    private static readonly CharSet Word = RegexProperties.Word().Freeze();
    private Frame[] _stack = new Frame[64];
    private int _top;
    private int[] _registers = [];
    private long _steps, _searchSteps, _patience;
    private HashSet<long>? _failed;
    private int _searchStart, _behindEnd;
    private int _limit;
    private bool _hasRegisters, _remembers, _gaveUp;

    /// <summary>Begins a search: what an earlier one remembered says nothing of this one.</summary>
    public void BeginSearch() => (_searchSteps, _failed, _remembers) = (0, null, false);

    /// <summary>Matches at exactly one place, later than those of the same search before it.</summary>
    /// <param name="program">What to match.</param>
    /// <param name="text">The whole text.</param>
    /// <param name="at">The place.</param>
    /// <param name="searchStart">Where the search that led here began.</param>
    /// <param name="begin">Where the match begins: at the place, unless the expression says otherwise.</param>
    /// <returns>Where the match ends, -1, or <see cref="GaveUp"/>.</returns>
    public int Match(RegexProgram program, ReadOnlySpan<char> text, int at, int searchStart, out int begin)
    {
        int registers = program.Registers;
        if (_registers.Length < registers) _registers = new int[registers];
        if (registers > 0) _registers.AsSpan(0, registers).Fill(-1);
        // States with registers are not described by instruction and place alone.
        // What failed from an earlier place of the same search fails from this one: a memory of its own would make the search quadratic.
        (_steps, _patience, _top) = (0, registers > 0 || _remembers ? MaxSteps : PatienceBase + 8L * text.Length, 0);
        (_searchStart, _limit, _hasRegisters) = (searchStart, text.Length, registers > 0);
        _gaveUp = false;
        int end = Run(program.Code, 0, text, at);
        _searchSteps += _steps;
        if (_gaveUp || (end < 0 && _searchSteps > MaxSearchSteps + StepsPerCharacter * text.Length)) end = GaveUp;
        begin = at;
        foreach (int register in program.Keeps) begin = Math.Max(begin, _registers[register]);
        return end;
    }

    private int Run(RegexInstruction[] code, int pc, ReadOnlySpan<char> text, int at)
    {
        int floor = _top;
        while (true)
        {
            RegexInstruction i = code[pc];
            bool ok = true;
            int next = pc + 1;
            switch (i.Operation)
            {
                case RegexOperation.Set:
                    ok = Take(i.Set!, text, ref at);
                    break;
                case RegexOperation.SetRun:
                    ok = TakeRun(i, text, ref at, next);
                    break;
                case RegexOperation.LazySetRun:
                    int taken = 0;
                    while (ok && taken < i.A) (ok, taken) = (Take(i.Set!, text, ref at), taken + 1);
                    if (ok) Push(new Frame(FrameKind.Lazy, pc, at, i.B < 0 ? int.MaxValue : i.B - taken));
                    break;
                case RegexOperation.Split:
                    ok = Enter(code, i, text, at, ref next);
                    break;
                case RegexOperation.Jump:
                    next = i.A;
                    break;
                case RegexOperation.Mark or RegexOperation.Save or RegexOperation.Keep:
                    Push(new Frame(FrameKind.Register, i.A, _registers[i.A], 0));
                    _registers[i.A] = at;
                    break;
                case RegexOperation.Reference:
                    ok = TakeAgain(i, text, ref at);
                    break;
                case RegexOperation.Cluster:
                    ok = at < _limit;
                    if (ok) at = ClusterEnd(text, at);
                    break;
                case RegexOperation.SkipIfUnmoved:
                    if (_registers[i.A] == at) next = i.B;
                    break;
                case RegexOperation.Atomic:
                    int end = Sub(code, pc + 1, text, at);
                    (ok, next) = (end >= 0, i.A);
                    if (ok) at = end;
                    break;
                case RegexOperation.Ahead or RegexOperation.NotAhead:
                    (ok, next) = (Sub(code, pc + 1, text, at) >= 0 == (i.Operation == RegexOperation.Ahead), i.A);
                    break;
                case RegexOperation.Behind or RegexOperation.NotBehind:
                    (ok, next) = (EndsHere(code, i.B, pc + 1, text, at) == (i.Operation == RegexOperation.Behind), i.A);
                    break;
                case RegexOperation.BehindEnd:
                    ok = at == _behindEnd;
                    break;
                case RegexOperation.SearchStart:
                    ok = at == _searchStart;
                    break;
                case RegexOperation.Match:
                    Leave(floor);
                    return at;
                default:
                    ok = Holds(i.Operation, text, at);
                    break;
            }
            if (++_steps > _patience && !Remember()) return -1;
            if (ok) pc = next;
            else if (!Backtrack(code, text, floor, ref pc, ref at)) return -1;
        }
    }

    private int Sub(RegexInstruction[] code, int pc, ReadOnlySpan<char> text, int at)
    {
        // What fails inside depends on the inner end: it keeps its own memory.
        HashSet<long>? outer = _failed;
        _failed = _remembers ? [] : null;
        int end = Run(code, pc, text, at);
        // Patience may have ended inside.
        _failed = outer ?? (_remembers ? [] : null);
        return end;
    }

    // Ends a part: its choices are made, but what it noted is still undone when something before it is tried another way.
    private void Leave(int floor)
    {
        int kept = floor;
        for (int i = floor; _hasRegisters && i < _top; i++)
            if (_stack[i].Kind == FrameKind.Register) _stack[kept++] = _stack[i];
        _top = kept;
    }

    private bool EndsHere(RegexInstruction[] code, int length, int pc, ReadOnlySpan<char> text, int at)
    {
        if (length >= 0) return StepBack(text, at, length) is >= 0 and int start && Sub(code, pc, text, start) == at;
        (int behindEnd, int limit) = (_behindEnd, _limit);
        // It takes nothing beyond the place where it has to end.
        _behindEnd = _limit = at;
        bool found = false;
        for (int from = at; from >= 0 && !found; from = StepBack(text, from, 1)) found = Sub(code, pc, text, from) >= 0;
        (_behindEnd, _limit) = (behindEnd, limit);
        return found;
    }

    // The next boundary between clusters, which depends on what stands before; nothing joins an ASCII character to what follows.
    private static int ClusterEnd(ReadOnlySpan<char> text, int at)
    {
        int end = at;
        while (end > 0 && end > at - MaxCluster && text[end - 1] >= 128) end--;
        while (end <= at) end += StringInfo.GetNextTextElementLength(text[end..]);
        return end;
    }

    private bool TakeAgain(RegexInstruction reference, ReadOnlySpan<char> text, ref int at)
    {
        (int begin, int end) = (_registers[reference.A], _registers[reference.A + 1]);
        if (begin < 0 || end < begin) return false;
        if (reference.B == 0)
        {
            if (!text[at.._limit].StartsWith(text[begin..end], StringComparison.Ordinal)) return false;
            at += end - begin;
            return true;
        }
        // As in the reference, what is taken is not longer in UTF-8.
        int spare = 0;
        while (begin < end)
        {
            if (at >= _limit) return false;
            (int wanted, int found) = (CodePoint(text, begin, out int wantedUnits), CodePoint(text, at, out int units));
            if (CaseFolding.Fold(wanted) != CaseFolding.Fold(found)) return false;
            (begin, at, spare) = (begin + wantedUnits, at + units, spare + BytesOf(wanted) - BytesOf(found));
        }
        return spare >= 0;
    }

    private static int BytesOf(int codePoint) => codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;

    private bool Enter(RegexInstruction[] code, RegexInstruction split, ReadOnlySpan<char> text, int at, ref int next)
    {
        if (_failed is not null && !_failed.Add(((long)split.A << 32) | (uint)at)) return false;
        RegexInstruction first = code[split.A];
        if (first.Operation == RegexOperation.Set && (at >= _limit || !first.Set!.Contains(CodePoint(text, at, out _))))
        {
            next = split.B;
            return true;
        }
        Push(new Frame(FrameKind.Place, split.B, at, 0));
        next = split.A;
        return true;
    }

    private bool TakeRun(RegexInstruction run, ReadOnlySpan<char> text, ref int at, int next)
    {
        int taken = 0, least = at;
        while ((run.B < 0 || taken < run.B) && Take(run.Set!, text, ref at))
            if (++taken == run.A) least = at;
        if (taken < run.A) return false;
        _steps += taken / 16;
        if (at > least) Push(new Frame(FrameKind.Run, next, at, least));
        return true;
    }

    private bool Backtrack(RegexInstruction[] code, ReadOnlySpan<char> text, int floor, ref int pc, ref int at)
    {
        while (_top > floor)
        {
            Frame frame = _stack[--_top];
            switch (frame.Kind)
            {
                case FrameKind.Place:
                    (pc, at) = (frame.Pc, frame.At);
                    return true;
                case FrameKind.Register:
                    _registers[frame.Pc] = frame.At;
                    continue;
                case FrameKind.Run:
                    (pc, at) = (frame.Pc, StepBack(text, frame.At, 1));
                    if (at > frame.Limit) Push(frame with { At = at });
                    return true;
                default:
                    at = frame.At;
                    if (frame.Limit <= 0 || !Take(code[frame.Pc].Set!, text, ref at)) continue;
                    Push(frame with { At = at, Limit = frame.Limit - 1 });
                    pc = frame.Pc + 1;
                    return true;
            }
        }
        return false;
    }

    // What to do when patience ends: at first to remember what failed, then to give up.
    private bool Remember()
    {
        if (_steps > MaxSteps)
        {
            _gaveUp = true;
            return false;
        }
        (_failed, _remembers, _patience) = ([], true, MaxSteps);
        return true;
    }

    private static bool Holds(RegexOperation anchor, ReadOnlySpan<char> text, int at) => anchor switch
    {
        RegexOperation.TextStart => at == 0,
        RegexOperation.TextEnd => at == text.Length,
        RegexOperation.TextEndOrNewline => at == text.Length || (at == text.Length - 1 && text[at] == '\n'),
        RegexOperation.LineStart => at == 0 || (text[at - 1] == '\n' && at < text.Length),
        RegexOperation.LineEnd => at == text.Length || text[at] == '\n',
        RegexOperation.WordEdge => IsWordBefore(text, at) != IsWordAt(text, at),
        _ => IsWordBefore(text, at) == IsWordAt(text, at),
    };

    private static bool IsWordBefore(ReadOnlySpan<char> text, int at) => StepBack(text, at, 1) is >= 0 and int before && IsWordAt(text, before);

    private static bool IsWordAt(ReadOnlySpan<char> text, int at) => at < text.Length && Word.Contains(CodePoint(text, at, out _));

    private bool Take(CharSet set, ReadOnlySpan<char> text, ref int at)
    {
        if (at >= _limit || !set.Contains(CodePoint(text, at, out int units))) return false;
        at += units;
        return true;
    }

    private static int CodePoint(ReadOnlySpan<char> text, int at, out int units)
    {
        char c = text[at];
        bool pair = char.IsHighSurrogate(c) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]);
        units = pair ? 2 : 1;
        return pair ? char.ConvertToUtf32(c, text[at + 1]) : c;
    }

    private static int StepBack(ReadOnlySpan<char> text, int at, int characters)
    {
        for (; characters > 0; characters--)
        {
            if (at == 0) return -1;
            at -= at >= 2 && char.IsLowSurrogate(text[at - 1]) && char.IsHighSurrogate(text[at - 2]) ? 2 : 1;
        }
        return at;
    }

    private void Push(Frame frame)
    {
        if (_top == _stack.Length) Array.Resize(ref _stack, _top * 2);
        _stack[_top++] = frame;
    }

    private enum FrameKind
    {
        Place,
        Run,
        Lazy,
        Register,
    }

    private readonly record struct Frame(FrameKind Kind, int Pc, int At, int Limit);
}
