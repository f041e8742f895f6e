using Bloomery.Formats.ChatTemplates.Builtins;
using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary>
/// A string. Parts of it may be marked as request data; a safe one (<c>Markup</c>) is not escaped again.
/// Positions that templates see count code points; those of this class's members UTF-16 units.
/// </summary>
internal sealed class TextValue : Value
{
    public static readonly TextValue Empty = new("");

    private static readonly TextValue[] Letters = MakeLetters();

    private int _codePoints = -1;

    /// <param name="text">The characters.</param>
    /// <param name="marks">Marked ranges: begin, end, begin, end, ...; ascending and disjoint; null for none.</param>
    /// <param name="safe">Whether it counts as escaped.</param>
    public TextValue(string text, int[]? marks = null, bool safe = false)
    {
        Text = text;
        Marks = marks is { Length: > 0 } ? marks : null;
        Safe = safe;
    }

    public string Text { get; }

    public int[]? Marks { get; }

    public bool Safe { get; }

    public override string TypeName => Safe ? "Markup" : "str";

    public override bool IsTrue => Text.Length > 0;

    /// <summary>The number of code points.</summary>
    public override int Length => _codePoints >= 0 ? _codePoints : _codePoints = CodePoints.Count(Text);

    /// <summary>Whether every character is one UTF-16 unit.</summary>
    public bool IsFlat => Length == Text.Length;

    /// <summary>A text that is marked from end to end.</summary>
    public static TextValue Marked(string text) =>
        text.Length == 0 ? Empty : new TextValue(text, [0, text.Length]);

    /// <summary>A text made of others in a way that does not keep places: marked as a whole if any of them is marked.</summary>
    public static TextValue From(string text, params ReadOnlySpan<TextValue> sources)
    {
        bool marked = false;
        bool safe = sources.Length > 0 && sources[0].Safe;
        foreach (TextValue source in sources) marked |= source.Marks is not null;
        return marked && text.Length > 0 ? new TextValue(text, [0, text.Length], safe) : new TextValue(text, null, safe);
    }

    public static TextValue Of(char c) => c < Letters.Length ? Letters[c] : new TextValue(c.ToString());

    /// <summary>A range of UTF-16 indices, marks kept.</summary>
    public TextValue Slice(int begin, int length)
    {
        if (length == Text.Length) return this;
        if (length <= 0) return Safe ? new TextValue("", null, true) : Empty;
        if (Marks is null)
            return length == 1 && !Safe ? Of(Text[begin]) : new TextValue(Text.Substring(begin, length), null, Safe);
        return new TextValue(Text.Substring(begin, length), SliceMarks(begin, length), Safe);
    }

    /// <summary>The same characters as a plain or a safe string.</summary>
    public TextValue WithSafe(bool safe) => safe == Safe ? this : new TextValue(Text, Marks, safe);

    /// <summary>Applies a function of characters to each run of equal marking, so that marks stay where they belong.</summary>
    public TextValue Map(Rendering rendering, Func<string, string> change)
    {
        rendering.Text(Text.Length);
        if (Marks is null) return new TextValue(change(Text), null, Safe);
        if (Marks.Length == 2 && Marks[0] == 0 && Marks[1] == Text.Length)
        {
            string whole = change(Text);
            return new TextValue(whole, [0, whole.Length], Safe);
        }
        MarkedWriter writer = new(rendering);
        foreach ((int begin, int end, bool marked) in Runs(0, Text.Length))
            writer.Append(change(Text[begin..end]), marked);
        return writer.ToValue(Safe);
    }

    /// <summary>The runs of equal marking in a range of UTF-16 indices.</summary>
    public IEnumerable<(int Begin, int End, bool Marked)> Runs(int from, int to)
    {
        int place = from;
        if (Marks is not null)
        {
            for (int i = 0; i < Marks.Length; i += 2)
            {
                int begin = Math.Max(Marks[i], from);
                int end = Math.Min(Marks[i + 1], to);
                if (begin >= end) continue;
                if (place < begin) yield return (place, begin, false);
                yield return (begin, end, true);
                place = end;
            }
        }
        if (place < to) yield return (place, to, false);
    }

    public bool IsMarked(int index)
    {
        if (Marks is null) return false;
        for (int i = 0; i < Marks.Length && Marks[i] <= index; i += 2)
            if (index < Marks[i + 1]) return true;
        return false;
    }

    public override IEnumerator<Value> Iterate(Rendering rendering)
    {
        for (int i = 0; i < Text.Length;)
        {
            int length = CodePoints.LengthAt(Text, i);
            // Going through safe text gives plain characters, unlike asking for one of them.
            yield return Slice(i, length).WithSafe(false);
            i += length;
        }
    }

    public override Value? Item(Rendering rendering, Value key)
    {
        if (!Numbers.TryInt(key, out System.Numerics.BigInteger index)) return null;
        if (index < 0) index += Length;
        if (index < 0 || index >= Length) return null;
        if (IsFlat) return Slice((int)index, 1);
        int begin = CodePoints.Index(Text, (int)index);
        return Slice(begin, CodePoints.LengthAt(Text, begin));
    }

    public override Value? Attribute(Rendering rendering, string name) => TextMethods.Find(this, name);

    public override void Repr(MarkedWriter writer)
    {
        if (Safe) writer.Append("Markup(");
        TextRepr.Write(writer, this);
        if (Safe) writer.Append(')');
    }

    public override void Str(MarkedWriter writer) => writer.Append(this);

    private int[]? SliceMarks(int begin, int length)
    {
        List<int> marks = [];
        foreach ((int from, int to, bool marked) in Runs(begin, begin + length))
        {
            if (!marked) continue;
            marks.Add(from - begin);
            marks.Add(to - begin);
        }
        return marks.Count == 0 ? null : [.. marks];
    }

    private static TextValue[] MakeLetters()
    {
        TextValue[] letters = new TextValue[128];
        for (int c = 0; c < letters.Length; c++) letters[c] = new TextValue(((char)c).ToString());
        return letters;
    }
}
