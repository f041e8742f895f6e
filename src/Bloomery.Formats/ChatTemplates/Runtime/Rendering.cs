using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Runtime;

/// <summary>The state of one run of a template: its limits, its clock and whether it escapes.</summary>
internal sealed class Rendering(ChatTemplate template, RenderOptions options)
{
    /// <summary>The most elements of one list and the longest text that an operation may make.</summary>
    public const int MaxElements = 4_000_000;

    private const long MaxCharacters = 256L << 20;
    private const int MaxCallDepth = 200, MaxValueDepth = 1000;

    private long _steps = options.MaxSteps;
    private long _characters = MaxCharacters;
    private int _callDepth, _valueDepth;

    public ChatTemplate Template { get; } = template;

    public bool AutoEscape { get; set; }

    /// <summary>The line of the statement that runs.</summary>
    public int Line { get; set; }

    public DateTime Now => options.Now ?? DateTime.Now;

    public int MaxText => options.MaxOutput;

    public void Step()
    {
        if (--_steps < 0) throw TooManySteps();
    }

    public void Steps(long count)
    {
        _steps -= count;
        if (_steps < 0) throw TooManySteps();
    }

    /// <summary>Accounts for a text of <paramref name="length"/> characters before it is made.</summary>
    public void Text(long length)
    {
        if (length > MaxText)
            throw new ChatTemplateException($"a text of {length} characters is over the limit of {MaxText}", ChatTemplateError.Limit);
        _characters -= length;
        if (_characters < 0)
            throw new ChatTemplateException("the template makes too much text", ChatTemplateError.Limit);
        Steps(length >> 6);
    }

    /// <summary>Accounts for a list of <paramref name="count"/> elements before it is made.</summary>
    public void Elements(long count)
    {
        if (count > MaxElements)
            throw new ChatTemplateException($"a list of {count} elements is over the limit of {MaxElements}", ChatTemplateError.Limit);
        _characters -= count * 4;
        if (_characters < 0)
            throw new ChatTemplateException("the template makes too many lists", ChatTemplateError.Limit);
        Steps(count >> 4);
    }

    /// <summary>Enters a macro, block or recursive loop; pairs with <see cref="Leave"/>.</summary>
    public void Enter()
    {
        Step();
        if (++_callDepth > MaxCallDepth)
            throw new ChatTemplateException($"calls are nested more than {MaxCallDepth} deep", ChatTemplateError.Limit);
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
    }

    public void Leave() => _callDepth--;

    /// <summary>
    /// Goes into a value that may hold others, to print or to compare it; disposing of the result comes out again. The limit is about Python's, wherever the
    /// stack would end.
    /// </summary>
    public Nesting Nest()
    {
        Step();
        if (++_valueDepth > MaxValueDepth)
            throw new ChatTemplateException($"a value is nested more than {MaxValueDepth} deep", ChatTemplateError.Limit);
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        return new Nesting(this);
    }

    /// <summary>The text of a value as <c>str</c> makes it, marks and safety included.</summary>
    public TextValue ToText(Value value)
    {
        if (value is TextValue text) return text;
        MarkedWriter writer = new(this);
        value.Str(writer);
        return writer.ToValue();
    }

    /// <summary>One level of a value.</summary>
    public readonly ref struct Nesting(Rendering rendering)
    {
        public void Dispose() => rendering._valueDepth--;
    }

    private static ChatTemplateException TooManySteps() =>
        new("the template takes too many steps", ChatTemplateError.Limit);
}
