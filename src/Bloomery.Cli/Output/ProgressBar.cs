using Spectre.Console;
using Spectre.Console.Rendering;

namespace Bloomery.Cli.Output;

/// <summary>One line with a bar on standard error from its making to its disposal, after which nothing of it is left.</summary>
/// <remarks>A live display of our own columns: Spectre's progress display puts empty lines around them. No type of this program derives from one of Spectre's:
/// the scan for verbs loads every base type, and with it the library at every start.</remarks>
internal sealed class ProgressBar : IDisposable
{
    private const int LeastBar = 10, MostBar = 40, Percentage = 5;
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(100);
    private readonly string _what;
    private readonly ProgressTask _task = new(0, "progress", 1) { IsIndeterminate = true };
    private readonly ProgressBarColumn _bar = new();
    private readonly PercentageColumn _percentage = new();
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _display;
    private volatile string _state = "";

    /// <summary>Begins to draw; until a share is reported, the bar only shows that something is done.</summary>
    public ProgressBar(string what)
    {
        _what = what;
        AppDomain.CurrentDomain.ProcessExit += Restore;
        _display = Task.Run(DrawAsync);
    }

    /// <summary>Shows a share from 0 to 1, or null where it is not known, and words beside it.</summary>
    public void Show(double? share, string state)
    {
        _state = state;
        if (share is not { } value) return;
        _task.IsIndeterminate = false;
        _task.Value = value;
    }

    /// <summary>Erases the bar.</summary>
    public void Dispose()
    {
        _end.TrySetResult();
        _display.Wait();
        AppDomain.CurrentDomain.ProcessExit -= Restore;
    }

    private IRenderable Picture(RenderOptions options, int width)
    {
        string state = _state.Length == 0 ? "" : ": " + _state;
        _bar.Width = Math.Clamp(width - _what.Length - state.Length - Percentage - 2, LeastBar, MostBar);
        int room = Math.Max(0, width - _bar.Width.Value - Percentage - 2 - state.Length);
        string what = _what.Length > room ? _what[..Math.Max(0, room - 1)] + "…" : _what;
        var grid = new Grid { Expand = false };
        for (int i = 0; i < 3; i++) grid.AddColumn(new GridColumn().NoWrap().Padding(0, 0, i < 2 ? 1 : 0, 0));
        grid.AddRow(new Paragraph(what + state), _bar.Render(options, _task, Frame),
            _task.IsIndeterminate ? new Paragraph() : _percentage.Render(options, _task, Frame));
        // The live display moves the cursor up by its height less one, and terminals take zero for one: it needs a second line.
        return new Rows(grid, new Paragraph(" "));
    }

    private Task DrawAsync()
    {
        IAnsiConsole console = Screen.Error();
        RenderOptions options = RenderOptions.Create(console);
        return console.Live(Picture(options, console.Profile.Width)).AutoClear(true).StartAsync(async context =>
        {
            while (!_end.Task.IsCompleted)
            {
                context.UpdateTarget(Picture(options, console.Profile.Width));
                await Task.WhenAny(_end.Task, Task.Delay(Frame)).ConfigureAwait(false);
            }
        });
    }

    /// <summary>A process that ends in the middle leaves no half of a bar, and a cursor.</summary>
    private static void Restore(object? sender, EventArgs e) => Console.Error.Write("\r\u001b[A\u001b[J\u001b[?25h");
}
