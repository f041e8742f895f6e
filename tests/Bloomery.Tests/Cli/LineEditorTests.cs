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
        Assert.Equal("one", Type("one two", Key(ConsoleKey.Home), Key(ConsoleKey.RightArrow), Key(ConsoleKey.RightArrow), Key(ConsoleKey.RightArrow), Control(ConsoleKey.K), Enter));
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
        var keys = new Queue<ConsoleKeyInfo>(Keys("first", Enter, "second", Enter, Key(ConsoleKey.UpArrow), Key(ConsoleKey.UpArrow), Enter, Key(ConsoleKey.UpArrow), Key(ConsoleKey.DownArrow), "new", Enter));
        var editor = new LineEditor(keys.Dequeue, () => keys.Count > 0, _ => { });
        Assert.Equal("first", editor.Read("> "));
        Assert.Equal("second", editor.Read("> "));
        Assert.Equal("first", editor.Read("> "));
        Assert.Equal("new", editor.Read("> "));
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
