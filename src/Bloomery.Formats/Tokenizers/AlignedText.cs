using System.Buffers;

namespace Bloomery.Formats.Tokenizers;

/// <summary>
/// Text on its way through normalisers and pre-tokenisers, with the span of the input that each UTF-16 unit stems from. Until the first
/// change it is a window on the input and costs nothing.
/// </summary>
internal sealed class AlignedText
{
    private ReadOnlyMemory<char> _window;
    private char[] _chars = [];
    private int[] _begins = [];
    private int[] _ends = [];
    private char[] _newChars = [];
    private int[] _newBegins = [];
    private int[] _newEnds = [];
    private int _length, _newLength, _old;
    private bool _aligned;

    /// <summary>Makes this a window on <paramref name="input"/>.</summary>
    /// <param name="input">Well-formed UTF-16.</param>
    /// <param name="origin">Where the window begins in the whole input.</param>
    public void Reset(ReadOnlyMemory<char> input, int origin)
    {
        (_window, Origin, _length, _aligned) = (input, origin, input.Length, false);
    }

    /// <summary>Where this text began in the input, in UTF-16 units, before any change.</summary>
    public int Origin { get; private set; }

    /// <summary>The number of UTF-16 units.</summary>
    public int Length => _length;

    /// <summary>The text as it is now.</summary>
    public ReadOnlySpan<char> Text => _aligned ? _chars.AsSpan(0, _length) : _window.Span;

    /// <summary>The span of the input, in UTF-16 units, that the text in [begin, end) stems from.</summary>
    public (int Begin, int End) SourceOf(int begin, int end)
    {
        if (begin >= end) return (begin, end);
        return _aligned ? (_begins[begin], _ends[end - 1]) : (Origin + begin, Origin + end);
    }

    /// <summary>Where in the input the character at <paramref name="index"/> begins.</summary>
    public int SourceBegin(int index) => _aligned ? _begins[index] : Origin + index;

    /// <summary>Makes this a copy of a part of another text.</summary>
    public void CopyFrom(AlignedText other, int begin, int end)
    {
        if (!other._aligned)
        {
            Reset(other._window[begin..end], other.Origin + begin);
            return;
        }
        _length = end - begin;
        Grow(ref _chars, _length);
        Grow(ref _begins, _length);
        Grow(ref _ends, _length);
        other._chars.AsSpan(begin, _length).CopyTo(_chars);
        other._begins.AsSpan(begin, _length).CopyTo(_begins);
        other._ends.AsSpan(begin, _length).CopyTo(_ends);
        (_aligned, Origin) = (true, _length > 0 ? _begins[0] : other.Origin);
    }

    /// <summary>Begins a rewriting: from now on characters are put, until <see cref="Commit"/>.</summary>
    /// <param name="skip">How many UTF-16 units at the start have no successor.</param>
    public void Edit(int skip = 0)
    {
        if (!_aligned) Materialize();
        (_old, _newLength) = (skip, 0);
    }

    /// <summary>The next unit of the old text that a <see cref="Put"/> with change 0 succeeds.</summary>
    public int OldPosition => _old;

    /// <summary>
    /// Puts a character of the new text. Change 0: it takes the place and the span of the next old character; 1: it is inserted, with
    /// the span of the previous old one; -n: it takes one's place and n more are dropped.
    /// </summary>
    public void Put(int codePoint, int change)
    {
        int begin, end;
        if (change > 0)
        {
            int at = Math.Min(_old, _length);
            (begin, end) = at < 1 ? (Origin, Origin) : (_begins[at - 1], _ends[at - 1]);
        }
        else
        {
            int at = Math.Min(_old, _length - 1);
            (begin, end) = at < 0 ? (Origin, Origin) : (_begins[at], _ends[at]);
            Skip(1 - change);
        }
        Append(codePoint, begin, end);
    }

    /// <summary>Puts a run of UTF-16 units of the old text unchanged.</summary>
    public void Keep(int units)
    {
        EnsureNew(_newLength + units);
        _chars.AsSpan(_old, units).CopyTo(_newChars.AsSpan(_newLength));
        _begins.AsSpan(_old, units).CopyTo(_newBegins.AsSpan(_newLength));
        _ends.AsSpan(_old, units).CopyTo(_newEnds.AsSpan(_newLength));
        _newLength += units;
        _old += units;
    }

    /// <summary>Passes over characters of the old text without a successor.</summary>
    public void Skip(int characters)
    {
        for (; characters > 0 && _old < _length; characters--)
            _old += char.IsHighSurrogate(_chars[_old]) && _old + 1 < _length ? 2 : 1;
    }

    /// <summary>Passes over the old text up to a UTF-16 index.</summary>
    public void SkipTo(int index) => _old = index;

    /// <summary>Exchanges one basic character for another wherever it stands; spans stay.</summary>
    public void Exchange(char from, char to)
    {
        if (Text.IndexOf(from) < 0) return;
        if (!_aligned) Materialize();
        _chars.AsSpan(0, _length).Replace(from, to);
    }

    /// <summary>Overwrites characters in place with others of the same length in UTF-16 units; spans stay.</summary>
    /// <param name="map">Gives the other character, or the same.</param>
    /// <returns>Whether all was done; if not, a character changes its length, and those before it are done.</returns>
    public bool TryOverwrite(Func<int, int> map)
    {
        ReadOnlySpan<char> text = Text;
        for (int i = 0, units; i < text.Length; i += units)
        {
            int old = text[i];
            units = 1;
            if (char.IsSurrogate(text[i]))
            {
                System.Text.Rune.DecodeFromUtf16(text[i..], out System.Text.Rune rune, out units);
                old = rune.Value;
            }
            int mapped = map(old);
            if (mapped == old) continue;
            if ((mapped >= 0x10000 ? 2 : 1) != units) return false;
            if (!_aligned) Materialize();
            text = Text;
            new System.Text.Rune(mapped).EncodeToUtf16(_chars.AsSpan(i, units));
        }
        return true;
    }

    /// <summary>Puts a character with the span of the old character at <paramref name="index"/>.</summary>
    public void PutWithSpanOf(int codePoint, int index)
    {
        (int begin, int end) = (uint)index < (uint)_length ? (_begins[index], _ends[index]) : (Origin, Origin);
        Append(codePoint, begin, end);
    }

    /// <summary>The number of UTF-16 units put so far.</summary>
    public int NewLength => _newLength;

    /// <summary>Ends a rewriting: what was put is the text now.</summary>
    public void Commit()
    {
        (_chars, _newChars) = (_newChars, _chars);
        (_begins, _newBegins) = (_newBegins, _begins);
        (_ends, _newEnds) = (_newEnds, _ends);
        _length = _newLength;
    }

    private void Append(int codePoint, int begin, int end)
    {
        EnsureNew(_newLength + 2);
        if (codePoint < 0x10000)
        {
            _newChars[_newLength] = (char)codePoint;
        }
        else
        {
            _newChars[_newLength] = (char)(0xD800 + ((codePoint - 0x10000) >> 10));
            (_newBegins[_newLength], _newEnds[_newLength]) = (begin, end);
            _newChars[++_newLength] = (char)(0xDC00 + ((codePoint - 0x10000) & 0x3FF));
        }
        (_newBegins[_newLength], _newEnds[_newLength]) = (begin, end);
        _newLength++;
    }

    private void EnsureNew(int length)
    {
        if (length <= _newChars.Length) return;
        int size = Math.Max(length, Math.Max(64, Math.Max(_length + 16, _newChars.Length * 2)));
        Array.Resize(ref _newChars, size);
        Array.Resize(ref _newBegins, size);
        Array.Resize(ref _newEnds, size);
    }

    private static void Grow<T>(ref T[] array, int length)
    {
        if (array.Length < length) array = new T[Math.Max(length, 64)];
    }

    private void Materialize()
    {
        ReadOnlySpan<char> text = _window.Span;
        Grow(ref _chars, text.Length);
        Grow(ref _begins, text.Length);
        Grow(ref _ends, text.Length);
        text.CopyTo(_chars);
        for (int i = 0; i < text.Length; i++)
        {
            bool pair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length;
            (_begins[i], _ends[i]) = (Origin + i, Origin + i + (pair ? 2 : 1));
            if (pair) (_begins[i + 1], _ends[i + 1]) = (_begins[i], _ends[i++]);
        }
        _aligned = true;
    }
}
