using System.CommandLine;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Options;

namespace Bloomery.Tests.Cli;

/// <summary>Every option of every verb that takes numbers, found by enumeration.</summary>
public class NumericOptionTests
{
    private static (string Verb, string Option)[] All => [.. Commands().SelectMany(command => Numeric(command).Select(option => (command.Name, option.Name)))];

    public static TheoryData<string, string> Options
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach ((string verb, string option) in All) data.Add(verb, option);
            return data;
        }
    }

    [Fact]
    public void There_are_many_of_them()
    {
        Assert.Contains(("run", "--temp"), All);
        Assert.Contains(("bench", "--n-prompt"), All);
        Assert.Contains(("bench", "--prompt-gen"), All);
        Assert.InRange(All.Length, 40, 400);
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void What_is_no_number_is_refused_with_option_and_value(string verb, string option)
    {
        foreach (string value in NumberTextTests.NoNumbers)
        {
            // In a list a comma stands between numbers.
            if (value is "1,000" or "0,2" && IsList(verb, option)) continue;
            Assert.Contains($"{option} takes ", Error(verb, option, value), StringComparison.Ordinal);
            Assert.EndsWith($", not '{value}'", Error(verb, option, value), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void What_is_too_large_is_refused_with_the_limit(string verb, string option)
    {
        const string Large = "99999999999999999999999999999999999999999";
        string value = IsPair(verb, option) ? $"1,{Large}" : Large, error = Error(verb, option, value)!;
        Assert.StartsWith(IsPair(verb, option) ? $"{option} takes two whole numbers" : $"{option} must be ", error, StringComparison.Ordinal);
        Assert.Contains(value, error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void A_plain_number_is_taken(string verb, string option) => Assert.Null(Error(verb, option, IsPair(verb, option) ? "1,1" : "1"));

    [Theory]
    [InlineData("BLOOMERY_TEMP", "0,2", "run", "x")]
    [InlineData("BLOOMERY_TOP_P", "0,1", "chat")]
    [InlineData("BLOOMERY_REPEAT_PENALTY", " 1.1", "generate", "x", "--ids-file", "-")]
    [InlineData("BLOOMERY_MAX_TOKENS", "1,000", "run", "x")]
    [InlineData("BLOOMERY_SEED", "1e3", "run", "x")]
    [InlineData("BLOOMERY_N_PROMPT", "1, 2", "bench")]
    [InlineData("BLOOMERY_CONTEXT", "4k", "perplexity", "x", "--file", "-")]
    public void Variables_are_read_as_strictly(string variable, string value, params string[] arguments)
    {
        string line = CliRun.With(null, new Dictionary<string, string> { [variable] = value }, arguments).Expect(2).ErrorLine;
        Assert.StartsWith($"bloomery: {variable} is set, but --", line, StringComparison.Ordinal);
        Assert.Contains($", not '{value}' (see 'bloomery {arguments[0]} --help')", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_keeps_its_commas()
    {
        Assert.Equal([1, 2, 300], NumberList.Read("1,2,300"));
        Assert.Equal((512, 128), NumberList.ReadPair("512,128"));
        foreach (string wrong in (string[])["1,", ",1", "1,,2", "1;2", "1, 2", "1,2k"])
            Assert.EndsWith($"not '{wrong}'", Error("bench", "--n-prompt", wrong), StringComparison.Ordinal);
        foreach (string wrong in (string[])["1", "1,2,3", "0,1", "1,-1", "1,2.5"])
            Assert.EndsWith($"not '{wrong}'", Error("bench", "--prompt-gen", wrong), StringComparison.Ordinal);
    }

    private static IEnumerable<Command> Commands() => App.Commands([], out _).Keys;

    private static IEnumerable<Option> Numeric(Command command) => command.Options.Where(option =>
        option.ValueType == typeof(int?) || option.ValueType == typeof(float?) || option.ValueType == typeof(ulong?) || option.HelpName is "N,.." or "PP,TG");

    private static bool IsList(string verb, string option) => HelpName(verb, option) is "N,.." or "PP,TG";

    private static bool IsPair(string verb, string option) => HelpName(verb, option) == "PP,TG";

    private static string? HelpName(string verb, string option) =>
        Commands().Single(command => command.Name == verb).Options.Single(o => o.Name == option).HelpName;

    /// <summary>What the program would say, or null; what else the verb requires counts only if the option is right.</summary>
    private static string? Error(string verb, string option, string value)
    {
        App.Commands([verb], out RootCommand root);
        string[] arguments = value.Length == 0 ? [verb, option, value] : [verb, $"{option}={value}"];
        ParseResult parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        string? error = UsageErrors.First(parsed, arguments, new HashSet<Option>());
        return error is not null && error.StartsWith(option, StringComparison.Ordinal) ? error : null;
    }
}
