using Bloomery.Cli.Chat;

namespace Bloomery.Tests.Cli;

public class LineEditorTests
{
    private static readonly ConsoleKeyInfo Enter = Key(ConsoleKey.Enter, '\r');

    [Fact]
    public void Text_is_edited_with_the_usual_keys()
    {
        Assert.Equal("hello", Type("hello", Enter));
        Assert.Equal("help", Type("helo", Key(ConsoleKey.Backspace), "p", Enter));
        Assert.Equal("xab", Type("ab", Key(ConsoleKey.Home), "x", Enter));
        Assert.Equal("axb", Type("ab", Key(ConsoleKey.LeftArrow), "x", Enter));
        Assert.Equal("two", Type("one", Control(ConsoleKey.U), "two", Enter));
        Assert.Equal("one ", Type("one two", Control(ConsoleKey.W), Enter));
        Assert.Equal("one", Type("one two", Key(ConsoleKey.Home), Key(ConsoleKey.RightArrow), Key(ConsoleKey.RightArrow), Key(ConsoleKey.RightArrow),
            Control(ConsoleKey.K), Enter));
    }

    [Fact]
    public void Several_lines_come_by_backslash_alt_enter_and_paste()
    {
        Assert.Equal("a\nb", Type("a\\", Enter, "b", Enter));
        Assert.Equal("a\nb", Type("a", new ConsoleKeyInfo('\r', ConsoleKey.Enter, shift: false, alt: true, control: false), "b", Enter));
        Assert.Equal("a\nb", Type("\u001b[200~a", Enter, "b\u001b[201~", Enter));
    }

    [Fact]
    public void Control_c_clears_and_control_d_ends()
    {
        Assert.Equal("", Type("half a thought", Control(ConsoleKey.C)));
        Assert.Null(Type(Control(ConsoleKey.D)));
        Assert.Equal("ab", Type("abc", Key(ConsoleKey.LeftArrow), Control(ConsoleKey.D), Enter));
    }

    [Fact]
    public void A_surrogate_pair_is_one_character()
    {
        Assert.Equal("ab", Type("a😀", Key(ConsoleKey.Backspace), "b", Enter));
    }

    [Fact]
    public void History_comes_back()
    {
        var keys = new Queue<ConsoleKeyInfo>(
            Keys("first", Enter, "second", Enter, Key(ConsoleKey.UpArrow), Key(ConsoleKey.UpArrow), Enter, Key(ConsoleKey.UpArrow), Key(ConsoleKey.DownArrow),
                "new", Enter));
        var editor = new LineEditor(keys.Dequeue, () => keys.Count > 0, _ => { });
        Assert.Equal("first", editor.Read("> "));
        Assert.Equal("second", editor.Read("> "));
        Assert.Equal("first", editor.Read("> "));
        Assert.Equal("new", editor.Read("> "));
    }

    private static readonly ConsoleKeyInfo Up = Key(ConsoleKey.UpArrow), Down = Key(ConsoleKey.DownArrow), Left = Key(ConsoleKey.LeftArrow);
    private static readonly ConsoleKeyInfo AltEnter = new('\r', ConsoleKey.Enter, shift: false, alt: true, control: false);

    [Fact]
    public void Up_and_down_move_in_a_draft_of_several_lines()
    {
        Assert.Equal("oXne\ntwo", Type("one", AltEnter, "two", Left, Left, Up, "X", Enter));
        Assert.Equal("one\ntwo\nthreeX", Type("one", AltEnter, "two", AltEnter, "three", Up, Up, Down, Down, "X", Enter));
        Assert.Equal("Xone\ntwo", Type("one", AltEnter, "two", Key(ConsoleKey.Home), Up, "X", Enter));
        // A short line in between does not lose the column.
        Assert.Equal("abcdX\n\nabcd", Type("abcd", AltEnter, AltEnter, "abcd", Up, Up, "X", Enter));
        Assert.Equal("abcd\n\nabcXd", Type("abcd", AltEnter, AltEnter, "abcd", Left, Up, Up, Down, Down, "X", Enter));
        // At the first and the last line, without a history, nothing happens.
        Assert.Equal("aX\nb", Type("a", AltEnter, "b", Up, Up, "X", Enter));
        Assert.Equal("a\nbX", Type("a", AltEnter, "b", Down, "X", Enter));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(100)]
    [InlineData(200)]
    public void Up_moves_by_the_rows_that_are_seen(int width)
    {
        // The text takes two rows: two columns are the prompt's, the last stays free.
        string row = new('a', width - 3);
        Assert.Equal(row[..3] + "X" + row[3..] + "bbb", Type((width, 24), row + "bbb", Up, "X", Enter));
        string wide = new('漢', width / 2);
        Assert.Equal("漢X" + wide, Type((width, 24), "漢" + wide, Up, Key(ConsoleKey.Home), Key(ConsoleKey.RightArrow), "X", Enter));
        Assert.Equal("漢字X\nabcd", Type((width, 24), "漢字", AltEnter, "abcd", Up, "X", Enter));
        Assert.Equal("漢字\nabXcd", Type((width, 24), "漢字", AltEnter, "abcd", Up, Left, Down, "X", Enter));
    }

    [Fact]
    public void The_unsent_draft_comes_back()
    {
        Assert.Equal(["first", "draft"], Type(2, "first", Enter, "draft", Up, Down, Enter));
        Assert.Equal(["first", "two\nlines!"], Type(2, "first", Enter, "two", AltEnter, "lines", Up, Up, Down, "!", Enter));
        Assert.Equal(["one", "two", "draft"], Type(3, "one", Enter, "two", Enter, "draft", Up, Up, Up, Down, Down, Down, Enter));
        // So does what was changed in an old message; the old one stays as it was said.
        Assert.Equal(["one", "one!", "one"], Type(3, "one", Enter, Up, "!", Down, Up, Enter, Up, Up, Enter));
        // A message of several lines is walked through before the one before it.
        Assert.Equal(["one", "a\nb", "one"], Type(3, "one", Enter, "a", AltEnter, "b", Enter, Up, Up, Up, Enter));
        Assert.Equal(["one", "a\nb", "aX\nb"], Type(3, "one", Enter, "a", AltEnter, "b", Enter, Up, Up, "X", Enter));
    }

    [Fact]
    public void What_is_one_character_to_the_eye_is_passed_and_deleted_whole()
    {
        Assert.Equal("xb", Type("xe\u0301", Key(ConsoleKey.Backspace), "b", Enter));
        Assert.Equal("b👨‍👩‍👧", Type("👨‍👩‍👧", Left, "b", Enter));
        Assert.Equal("ab", Type("a", AltEnter, "b", Left, Key(ConsoleKey.Backspace), Enter));
        var nextWord = new ConsoleKeyInfo('\0', ConsoleKey.RightArrow, shift: false, alt: false, control: true);
        Assert.Equal("a bX c", Type("a b c", Key(ConsoleKey.Home), nextWord, nextWord, "X", Enter));
    }

    [Fact]
    public void A_draft_that_is_higher_than_the_screen_shows_the_part_around_the_cursor()
    {
        var screen = new List<string>();
        object[] input = [.. Enumerable.Range(0, 30).SelectMany(i => (object[])[$"line{i:00}", AltEnter]), "end"];
        var keys = new Queue<ConsoleKeyInfo>(Keys([.. input, .. Enumerable.Repeat(Up, 25), Enter]));
        var editor = new LineEditor(keys.Dequeue, () => false, screen.Add, () => (60, 10));
        Assert.EndsWith("line29\nend", editor.Read("> "), StringComparison.Ordinal);
        string[] drawn = [.. screen.Where(text => text.Contains("\u001b[J", StringComparison.Ordinal))];
        Assert.All(drawn[..^1], text => Assert.InRange(text.Split("\r\n").Length, 1, 9));
        Assert.Contains("line05", drawn[^2], StringComparison.Ordinal);
        Assert.DoesNotContain("line29", drawn[^2], StringComparison.Ordinal);
        Assert.Equal(31, drawn[^1].Split("\r\n").Length);
    }

    private static List<string> Type(int messages, params object[] input)
    {
        var keys = new Queue<ConsoleKeyInfo>(Keys(input));
        var editor = new LineEditor(keys.Dequeue, () => keys.Count > 0, _ => { });
        return [.. Enumerable.Range(0, messages).Select(_ => editor.Read("> ") ?? "(end)")];
    }

    private static string? Type((int Width, int Height) size, params object[] input)
    {
        var keys = new Queue<ConsoleKeyInfo>(Keys(input));
        return new LineEditor(keys.Dequeue, () => keys.Count > 0, _ => { }, () => size).Read("> ");
    }

    private static string? Type(params object[] input)
    {
        var keys = new Queue<ConsoleKeyInfo>(Keys(input));
        return new LineEditor(keys.Dequeue, () => keys.Count > 0, _ => { }).Read("> ");
    }

    private static IEnumerable<ConsoleKeyInfo> Keys(params object[] input) => input.SelectMany(part => part is string text
        ? text.Select(c => new ConsoleKeyInfo(c, c == '\u001b' ? ConsoleKey.Escape : ConsoleKey.None, shift: false, alt: false, control: false))
        : [(ConsoleKeyInfo)part]);

    private static ConsoleKeyInfo Key(ConsoleKey key, char c = '\0') => new(c, key, shift: false, alt: false, control: false);

    private static ConsoleKeyInfo Control(ConsoleKey key) => new((char)(key - ConsoleKey.A + 1), key, shift: false, alt: false, control: true);
}
