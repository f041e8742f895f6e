namespace Bloomery.Formats.ChatTemplates.Syntax;

/// <summary>
/// Cuts a template into tokens, with <c>trim_blocks</c> and <c>lstrip_blocks</c>: a newline right after a block or
/// comment goes, and so does white space before one that begins its line; <c>-</c> strips, <c>+</c> keeps.
/// </summary>
internal sealed class Lexer
{
    private static readonly string[] Operators =
    [
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";",
    ];

    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private int _place;
    private int _line = 1;
    private int _lineCountedTo;

    private Lexer(string source) => _source = source;

    public static List<Token> Tokenize(string source)
    {
        source = source.Replace("\r\n", "\n").Replace('\r', '\n');
        if (source.EndsWith('\n')) source = source[..^1];
        Lexer lexer = new(source);
        lexer.Run();
        return lexer._tokens;
    }

    private void Run()
    {
        while (_place < _source.Length)
        {
            int begin = FindTag(_place);
            if (begin < 0)
            {
                AddData(_source[_place..]);
                break;
            }
            char kind = _source[begin + 1];
            if (kind == '%' && MatchRawBegin(begin, out int afterRaw, out char rawSign))
            {
                AddStripped(begin, rawSign, true);
                _place = afterRaw;
                ReadRaw();
                continue;
            }
            char sign = begin + 2 < _source.Length && _source[begin + 2] is '-' or '+' ? _source[begin + 2] : ' ';
            AddStripped(begin, sign, kind != '{');
            _place = begin + (sign == ' ' ? 2 : 3);
            if (kind == '#') SkipComment();
            else
            {
                Add(kind == '{' ? TokenKind.VariableBegin : TokenKind.BlockBegin, "");
                ReadTag(kind == '{');
            }
        }
        Add(TokenKind.Eof, "");
    }

    private int FindTag(int from)
    {
        for (int i = _source.IndexOf('{', from); i >= 0 && i + 1 < _source.Length; i = _source.IndexOf('{', i + 1))
            if (_source[i + 1] is '{' or '%' or '#') return i;
        return -1;
    }

    /// <summary>Adds the data up to <paramref name="end"/>, without the white space that the tag there strips.</summary>
    private void AddStripped(int end, char sign, bool isBlock)
    {
        int start = _place;
        bool lineStarting = start == 0 || _source[start - 1] == '\n';
        int stop = end;
        if (sign == '-')
        {
            while (stop > start && IsSpace(_source[stop - 1])) stop--;
        }
        else if (sign != '+' && isBlock)
        {
            int line = end > start ? _source.LastIndexOf('\n', end - 1, end - start) + 1 : 0;
            if (line > 0 || lineStarting)
            {
                line = Math.Max(line, start);
                if (IsAllSpace(line, end)) stop = line;
            }
        }
        AddData(_source[start..stop]);
    }

    private bool IsAllSpace(int from, int to)
    {
        for (int i = from; i < to; i++)
            if (!IsSpace(_source[i])) return false;
        return true;
    }

    private void SkipComment()
    {
        int end = _source.IndexOf("#}", _place, StringComparison.Ordinal);
        if (end < 0 && _place >= _source.Length) return;      // the very end of the source closes what was just opened
        if (end < 0) throw Error("Missing end of comment tag");
        char before = end > _place ? _source[end - 1] : ' ';
        _place = AfterBlockEnd(end + 2, before);
    }

    private bool MatchRawBegin(int begin, out int after, out char sign)
    {
        int i = begin + 2;
        sign = i < _source.Length && _source[i] is '-' or '+' ? _source[i++] : ' ';
        after = 0;
        i = SkipSpace(i);
        if (string.CompareOrdinal(_source, i, "raw", 0, 3) != 0) return false;
        i = SkipSpace(i + 3);
        if (string.CompareOrdinal(_source, i, "-%}", 0, 3) == 0) after = SkipSpace(i + 3);
        else if (string.CompareOrdinal(_source, i, "%}", 0, 2) == 0) after = i + 2;
        return after > 0;
    }

    private void ReadRaw()
    {
        for (int i = _source.IndexOf("{%", _place, StringComparison.Ordinal); i >= 0; i = _source.IndexOf("{%", i + 1, StringComparison.Ordinal))
        {
            int j = i + 2;
            char sign = j < _source.Length && _source[j] is '-' or '+' ? _source[j++] : ' ';
            j = SkipSpace(j);
            if (string.CompareOrdinal(_source, j, "endraw", 0, 6) != 0) continue;
            j = SkipSpace(j + 6);
            char before = j < _source.Length && _source[j] is '-' or '+' ? _source[j++] : ' ';
            if (string.CompareOrdinal(_source, j, "%}", 0, 2) != 0) continue;
            AddStripped(i, sign, true);
            _place = AfterBlockEnd(j + 2, before);
            return;
        }
        if (_place < _source.Length) throw Error("Missing end of raw directive");
    }

    /// <summary>Where the text goes on after a block or comment end that <paramref name="sign"/> precedes.</summary>
    private int AfterBlockEnd(int place, char sign) => sign switch
    {
        '-' => SkipSpace(place),
        '+' => place,
        _ => place < _source.Length && _source[place] == '\n' ? place + 1 : place,
    };

    private void ReadTag(bool isVariable)
    {
        Stack<char> open = new();
        string end = isVariable ? "}}" : "%}";
        while (true)
        {
            if (open.Count == 0 && MatchEnd(end, isVariable)) return;
            if (_place >= _source.Length) return;       // the parser finds the end of the template where it should not be
            char c = _source[_place];
            if (IsSpace(c)) _place = SkipSpace(_place);
            else if (char.IsAsciiDigit(c)) ReadNumber();
            else if (IsNamePart(_place, out _)) ReadName();
            else if (c is '\'' or '"') ReadString(c);
            else ReadOperator(open);
        }
    }

    private bool MatchEnd(string end, bool isVariable)
    {
        char sign = _source.Length > _place && _source[_place] is '-' or '+' ? _source[_place] : ' ';
        if (sign == '+' && isVariable) return false;
        int place = _place + (sign == ' ' ? 0 : 1);
        if (string.CompareOrdinal(_source, place, end, 0, 2) != 0) return false;
        Add(isVariable ? TokenKind.VariableEnd : TokenKind.BlockEnd, "");
        _place = isVariable && sign == ' ' ? place + 2 : AfterBlockEnd(place + 2, sign);
        return true;
    }

    private void ReadNumber()
    {
        bool isFloat = NumberScanner.MatchFloat(_source, _place, out int end);
        if (!isFloat) end = NumberScanner.MatchInteger(_source, _place);
        Add(isFloat ? TokenKind.Float : TokenKind.Integer, _source[_place..end].Replace("_", ""));
        _place = end;
    }

    private void ReadName()
    {
        int end = _place;
        while (end < _source.Length && IsNamePart(end, out int length)) end += length;
        Add(TokenKind.Name, _source[_place..end].Normalize(System.Text.NormalizationForm.FormKC));
        _place = end;
    }

    private void ReadString(char quote)
    {
        int end = _place + 1;
        while (end < _source.Length && _source[end] != quote) end += _source[end] == '\\' ? 2 : 1;
        if (end >= _source.Length) throw Error($"unexpected char '{quote}' at {_place}");
        string body = _source[(_place + 1)..end];
        Add(TokenKind.String, StringEscapes.Decode(body) ?? throw Error("a broken escape in a string"));
        _place = end + 1;
    }

    private void ReadOperator(Stack<char> open)
    {
        foreach (string op in Operators)
        {
            if (string.CompareOrdinal(_source, _place, op, 0, op.Length) != 0) continue;
            if (op is "(" or "[" or "{") open.Push(op == "(" ? ')' : op == "[" ? ']' : '}');
            else if (op is ")" or "]" or "}")
            {
                if (!open.TryPop(out char expected)) throw Error($"unexpected '{op}'");
                if (expected != op[0]) throw Error($"unexpected '{op}', expected '{expected}'");
            }
            Add(TokenKind.Operator, op);
            _place += op.Length;
            return;
        }
        throw Error($"unexpected char '{_source[_place]}' at {_place}");
    }

    private int SkipSpace(int place)
    {
        while (place < _source.Length && IsSpace(_source[place])) place++;
        return place;
    }

    private bool IsNamePart(int place, out int length)
    {
        length = CodePointLength(place);
        char c = _source[place];
        if (c == '_' || char.IsAsciiLetterOrDigit(c)) return true;
        if (c < 128) return false;
        return char.IsLetterOrDigit(_source, place) || char.GetUnicodeCategory(_source, place)
            is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark
            or System.Globalization.UnicodeCategory.LetterNumber;
    }

    private int CodePointLength(int place) =>
        char.IsHighSurrogate(_source[place]) && place + 1 < _source.Length && char.IsLowSurrogate(_source[place + 1]) ? 2 : 1;

    private static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    private void AddData(string text)
    {
        if (text.Length > 0) Add(TokenKind.Data, text);
    }

    private void Add(TokenKind kind, string text)
    {
        int to = Math.Min(_place, _source.Length);
        if (to > _lineCountedTo)
        {
            _line += _source.AsSpan(_lineCountedTo, to - _lineCountedTo).Count('\n');
            _lineCountedTo = to;
        }
        _tokens.Add(new Token(kind, text, _line));
    }

    private ChatTemplateException Error(string problem)
    {
        Add(TokenKind.Eof, "");
        return new ChatTemplateException(problem, ChatTemplateError.Syntax, _line);
    }
}
