using Bloomery.Formats.Tokenizers.Unicode;

namespace Bloomery.Formats.Tokenizers.Patterns.Regexes;

/// <summary>
/// Runs compiled expressions by backtracking over code points. Where an attempt takes suspiciously long it starts to remember which
/// (instruction, place) pairs failed, which bounds it by their number: no expression is catastrophic. One per thread.
/// </summary>
internal sealed class RegexMatcher
{
    private const int PatienceBase = 2_000;
    private const long MaxSteps = 20_000_000;
    private Frame[] _stack = new Frame[64];
    private int _top;
    private int[] _registers = [];
    private long _steps, _patience;
    private HashSet<long>? _failed;

    /// <summary>Matches at exactly one place.</summary>
    /// <returns>Where the match ends, or -1.</returns>
    /// <exception cref="InvalidOperationException">The expression takes too many steps even so.</exception>
    public int Match(RegexInstruction[] code, int registers, ReadOnlySpan<char> text, int at)
    {
        if (_registers.Length < registers) _registers = new int[registers];
        // States with loop registers are not described by instruction and place alone.
        (_steps, _patience, _failed, _top) = (0, registers > 0 ? MaxSteps : PatienceBase + 8L * text.Length, null, 0);
        return Run(code, 0, text, at);
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
                case RegexOperation.Mark:
                    Push(new Frame(FrameKind.Register, i.A, _registers[i.A], 0));
                    _registers[i.A] = at;
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
                    int from = StepBack(text, at, i.B);
                    (ok, next) = ((from >= 0 && Sub(code, pc + 1, text, from) == at) == (i.Operation == RegexOperation.Behind), i.A);
                    break;
                case RegexOperation.Match:
                    _top = floor;
                    return at;
                default:
                    ok = Holds(i.Operation, text, at);
                    break;
            }
            if (++_steps > _patience) Remember();
            if (ok) pc = next;
            else if (!Backtrack(code, text, floor, ref pc, ref at)) return -1;
        }
    }

    private int Sub(RegexInstruction[] code, int pc, ReadOnlySpan<char> text, int at)
    {
        // What fails inside depends on the inner end: it keeps its own memory.
        HashSet<long>? outer = _failed;
        _failed = outer is null ? null : [];
        int end = Run(code, pc, text, at);
        _failed = outer;
        return end;
    }

    private bool Enter(RegexInstruction[] code, RegexInstruction split, ReadOnlySpan<char> text, int at, ref int next)
    {
        if (_failed is not null && !_failed.Add(((long)split.A << 32) | (uint)at)) return false;
        RegexInstruction first = code[split.A];
        if (first.Operation == RegexOperation.Set && (at >= text.Length || !first.Set!.Contains(CodePoint(text, at, out _))))
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

    private void Remember()
    {
        if (_steps > MaxSteps) throw new InvalidOperationException("the expression takes too many steps on this text");
        _failed ??= [];
        _patience = MaxSteps;
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

    private static bool IsWordBefore(ReadOnlySpan<char> text, int at) => at > 0 && (CharKinds.Before(text, at) & CharKinds.Word) != 0;

    private static bool IsWordAt(ReadOnlySpan<char> text, int at) => at < text.Length && (CharKinds.At(text, at, out _) & CharKinds.Word) != 0;

    private static bool Take(CharSet set, ReadOnlySpan<char> text, ref int at)
    {
        if (at >= text.Length || !set.Contains(CodePoint(text, at, out int units))) return false;
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
