using System.Text;
using Bloomery.Formats.Tokenizers.Unicode;

namespace Bloomery.Formats.Tokenizers.Patterns.Regexes;

/// <summary>Character classes and the escapes that stand for sets.</summary>
internal sealed partial class RegexParser
{
    private CharSet ParseClass()
    {
        if (++_depth > MaxDepth) throw Error("classes are nested too deeply");
        var set = new CharSet();
        if (Current == '^')
        {
            set.Negated = true;
            _at++;
        }
        CharSet part = set;
        bool first = true;
        while (Current != ']' || first)
        {
            if (AtEnd) throw Error("a class is not closed");
            if (Current == ']' && Array.IndexOf(_pattern, ']', _at + 1) < 0) throw Error("a class is empty");
            first = false;
            if (Current == '&' && Next == '&')
            {
                _at += 2;
                part = new CharSet();
                set.Intersect(part);
                continue;
            }
            ParseClassItem(part);
        }
        _at++;
        _depth--;
        return set;
    }

    private void ParseClassItem(CharSet set)
    {
        int c = _pattern[_at++];
        if (c == '[')
        {
            set.Add(Current == ':' && TryParsePosix(out CharSet? posix) ? posix! : ParseClass());
            return;
        }
        int low = c;
        if (c == '\\')
        {
            if (AtEnd) throw Error("a lone '\\'");
            if (!TryParseCodePoint(inClass: true, out low))
            {
                set.Add(ParseSetEscape(inClass: true));
                return;
            }
            if (_codePoints.Count > 0) set.Add(low, low);
            while (_codePoints.TryDequeue(out int more)) set.Add(low = more, more);
        }
        int high = low;
        if (Current == '-' && Next is not (-1 or ']' or '[') && !(Next == '&' && _at + 2 < _pattern.Length && _pattern[_at + 2] == '&'))
        {
            int rewind = _at++;
            high = _pattern[_at++];
            if (high == '\\' && !TryParseCodePoint(inClass: true, out high)) (_at, high) = (rewind, low);
            _codePoints.Clear();
        }
        if (high < low) throw Error("a range is the wrong way round");
        set.Add(low, high);
    }

    private bool TryParsePosix(out CharSet? set)
    {
        set = null;
        int end = Array.IndexOf(_pattern, ']', _at);
        if (end < 0 || _pattern[end - 1] != ':' || end - 1 <= _at) return false;
        var name = new StringBuilder();
        for (int i = _at + 1; i < end - 1; i++) name.Append(char.ConvertFromUtf32(_pattern[i]));
        bool negated = name.Length > 0 && name[0] == '^';
        if (negated) name.Remove(0, 1);
        set = RegexProperties.Posix(name.ToString()) ?? throw Error($"there is no bracket [:{name}:]");
        set.Negated = negated;
        _at = end + 1;
        return true;
    }

    // The escape behind a backslash that stands for a set of characters.
    private CharSet ParseSetEscape(bool inClass)
    {
        int c = _pattern[_at++];
        switch (c)
        {
            case 's' or 'S': return Negate(new CharSet().AddKinds(CharKinds.Space), c == 'S');
            case 'w' or 'W': return Negate(inClass ? RegexProperties.WordInClass() : RegexProperties.Word(), c == 'W');
            case 'd' or 'D': return Negate(RegexProperties.Posix("digit")!, c == 'D');
            case 'h' or 'H': return Negate(RegexProperties.Hexadecimal(), c == 'H');
            default: return ParseProperty(c == 'P');
        }
    }

    private CharSet ParseProperty(bool negated)
    {
        int end = Array.IndexOf(_pattern, '}', _at);
        if (end < 0) throw Error("a property is not closed");
        string name = string.Concat(Array.ConvertAll(_pattern[(_at + 1)..end], char.ConvertFromUtf32));
        if (name.StartsWith('^')) (negated, name) = (!negated, name[1..]);
        CharSet set = RegexProperties.Property(name) ?? throw Error($"the property '{name}' is not known");
        _at = end + 1;
        return Negate(set, negated);
    }

    private static CharSet Negate(CharSet set, bool negated)
    {
        set.Negated = negated;
        return set;
    }
}
