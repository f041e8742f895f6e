using Bloomery.Cli.Output;

namespace Bloomery.Tests.Cli;

public class ScreenLayoutTests
{
    [Theory]
    [InlineData("", 0, 10, 1, 0, 2)]
    [InlineData("abc", 3, 10, 1, 0, 5)]
    [InlineData("abc", 1, 10, 1, 0, 3)]
    [InlineData("abcdefgh", 8, 10, 2, 1, 3)]   // seven fit behind the prompt; the last column stays free
    [InlineData("abcdefgh", 7, 10, 2, 1, 2)]
    [InlineData("ab\ncd", 3, 10, 2, 1, 2)]
    [InlineData("ab\n", 3, 10, 2, 1, 2)]
    [InlineData("ab cdefg", 8, 10, 2, 1, 7)]   // the word goes to the next row whole
    [InlineData("ab cdefg", 3, 10, 2, 1, 2)]
    [InlineData("abcdefg h", 9, 10, 2, 1, 3)]  // the space at the edge takes no room
    [InlineData("ab cdefghijkl", 13, 10, 2, 1, 8)]  // no row could hold it
    [InlineData("漢字", 2, 10, 1, 0, 6)]
    [InlineData("e\u0301x", 3, 10, 1, 0, 4)]
    [InlineData("⚡✅", 2, 10, 1, 0, 6)]
    [InlineData("🌡😀", 4, 10, 1, 0, 5)]      // not all pictures are wide
    public void The_cursor_lands_where_the_text_does(string text, int cursor, int width, int rows, int row, int column)
    {
        var layout = new ScreenLayout("> ", text, cursor, width);
        Assert.Equal((rows, row, column), (layout.Rows, layout.CursorRow, layout.CursorColumn));
    }
}
