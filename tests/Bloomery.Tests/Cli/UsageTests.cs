namespace Bloomery.Tests.Cli;

public class UsageTests
{
    public static TheoryData<string> Verbs => [.. Bloomery.Cli.Framework.App.Verbs.Names];

    [Fact]
    public void Without_a_verb_it_shows_the_help_as_an_error()
    {
        CliRun run = CliRun.Of().Expect(2);
        Assert.Empty(run.Output);
        Assert.StartsWith("Usage: bloomery VERB", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_lists_every_verb_and_every_variable()
    {
        CliRun run = CliRun.Of("--help").Expect(0);
        Assert.Empty(run.Error);
        foreach (string verb in Bloomery.Cli.Framework.App.Verbs.Names) Assert.Contains($"\n  {verb} ", run.Output, StringComparison.Ordinal);
        foreach (string variable in (string[])["BLOOMERY_HOME", "BLOOMERY_KERNELS", "BLOOMERY_JSON", "BLOOMERY_QUIET", "BLOOMERY_VERBOSE"])
            Assert.Contains($"\n  {variable} ", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_verb_has_help_with_an_example(string verb)
    {
        CliRun run = CliRun.Of(verb, "--help").Expect(0);
        Assert.Empty(run.Error);
        Assert.StartsWith($"Usage: bloomery {verb}", run.Output, StringComparison.Ordinal);
        Assert.Contains($"Examples:\n  ", run.Output, StringComparison.Ordinal);
        Assert.Contains($"bloomery {verb}", run.Output[run.Output.IndexOf("Examples:", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public void Help_fits_sixty_columns()
    {
        var narrow = new Dictionary<string, string> { ["COLUMNS"] = "60" };
        string[] lines = CliRun.With(null, narrow, "tokenize", "--help").Expect(0).Output.Split('\n');
        string[] examples = [.. lines.SkipWhile(line => line != "Examples:").TakeWhile(line => line.Length > 0)];
        Assert.All(lines.Except(examples), line => Assert.True(line.Length <= 60, $"{line.Length} columns: {line}"));
    }

    [Theory]
    [InlineData("unknown option '--foo' (see 'bloomery list --help')", "list", "formats", "--foo")]
    [InlineData("unknown option '--foo' (see 'bloomery pull --help')", "pull", "--foo")]
    [InlineData("unknown option '--foo' (see 'bloomery pull --help')", "pull", "--foo=3")]
    [InlineData("WHAT is missing (see 'bloomery list --help')", "list")]
    [InlineData("--file TEXTS is required (see 'bloomery tokenize --help')", "tokenize", "x")]
    [InlineData("--file needs a value: --file TEXTS (see 'bloomery tokenize --help')", "tokenize", "x", "--file")]
    [InlineData("--file is given more than once (see 'bloomery tokenize --help')", "tokenize", "x", "--file", "a", "--file", "b")]
    [InlineData("'more' is one argument too many (see 'bloomery list --help')", "list", "formats", "more")]
    [InlineData("there is no verb 'lst'; did you mean 'list'? (see 'bloomery --help')", "lst")]
    [InlineData("--kernels takes reference, portable, avx2, avx512 or assembled, not 'quick' (see 'bloomery system --help')", "system", "--kernels", "quick")]
    public void A_wrong_command_line_is_one_line_and_exit_code_2(string expected, params string[] arguments)
    {
        CliRun run = CliRun.Of(arguments).Expect(2);
        Assert.Empty(run.Output);
        Assert.Equal("bloomery: " + expected, run.ErrorLine);
    }

    [Fact]
    public void Variables_stand_in_for_options_and_the_command_line_wins()
    {
        string model = Path.Combine(AppContext.BaseDirectory, "no-such-model");
        var variables = new Dictionary<string, string> { ["BLOOMERY_FILE"] = "texts.json" };
        Assert.StartsWith($"bloomery: no model '{model}'", CliRun.With(null, variables, "tokenize", model).Expect(1).ErrorLine, StringComparison.Ordinal);
        variables = new Dictionary<string, string> { ["BLOOMERY_JSON"] = "1" };
        Assert.StartsWith("[{", CliRun.With(null, variables, "list", "formats").Expect(0).Output, StringComparison.Ordinal);
        variables = new Dictionary<string, string> { ["BLOOMERY_JSON"] = "maybe" };
        Assert.Equal("bloomery: BLOOMERY_JSON takes 1 or 0, not 'maybe' (see 'bloomery list --help')", CliRun.With(null, variables, "list", "formats").Expect(2).ErrorLine);
        variables = new Dictionary<string, string> { ["BLOOMERY_KERNELS"] = "quick" };
        Assert.Contains("not 'quick'", CliRun.With(null, variables, "system").Expect(2).ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stack_trace_is_shown_only_with_verbose()
    {
        Assert.DoesNotContain("   at ", CliRun.Of("tokenize", "nothing-here.model", "--file", "-").Expect(1).Error, StringComparison.Ordinal);
        Assert.Contains("   at ", CliRun.Of("tokenize", "nothing-here.model", "--file", "-", "--verbose").Expect(1).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Version_is_one_line()
    {
        Assert.Matches(@"^bloomery \d+\.\d+\.\d+\n$", CliRun.Of("--version").Expect(0).Output);
    }
}
