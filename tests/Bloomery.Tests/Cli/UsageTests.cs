using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Options;
using Bloomery.Engine;
using Bloomery.Engine.Sampling;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Tests.Cli;

public class UsageTests
{
    public static TheoryData<string> Verbs => [.. App.Verbs.Names];

    [Fact]
    public void Without_a_verb_it_shows_the_help_as_an_error()
    {
        CliRun run = CliRun.Of().Expect(2);
        Assert.Empty(run.Output);
        Assert.StartsWith("Usage: bloomery VERB", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_lists_every_verb_and_names_the_page_of_the_variables()
    {
        CliRun run = CliRun.Of("--help").Expect(0);
        Assert.Empty(run.Error);
        foreach (string verb in App.Verbs.Names) Assert.Contains($"\n  {verb} ", run.Output, StringComparison.Ordinal);
        Assert.Contains("bloomery help environment", run.Output, StringComparison.Ordinal);
        Assert.InRange(run.Output.Split('\n').Length, 20, 50);
        Assert.Equal(run.Output, CliRun.Of("help").Expect(0).Output);
        Assert.Equal(CliRun.Of("run", "--help").Expect(0).Output, CliRun.Of("help", "run").Expect(0).Output);
    }

    [Fact]
    public void The_variables_have_a_page_of_their_own()
    {
        string page = CliRun.Of("help", "environment").Expect(0).Output;
        IEnumerable<Option> all = App.Commands([], out _).Keys.SelectMany(command => command.Options).Where(option => option is not HelpOption);
        string[] options = [.. all.Select(EnvironmentVariables.Name).Distinct()];
        Assert.Contains("BLOOMERY_MAX_TOKENS", options);
        foreach (string variable in (string[])["BLOOMERY_HOME", "BLOOMERY_MODELS", "HF_TOKEN", "HF_ENDPOINT", "NO_COLOR", .. options])
            Assert.Contains($"\n  {variable} ", page, StringComparison.Ordinal);
    }

    /// <summary>A prompt is text, whatever the parser's library makes of brackets, at signs and dashes.</summary>
    [Theory]
    [InlineData("-n", "run", "-n", "2", "--", "-n")]
    [InlineData("--temp", "run", "--temp", "1", "--", "--temp")]
    [InlineData("--help", "run", "--", "--help")]
    [InlineData("[suggest]", "run", "[suggest]")]
    [InlineData("[diagram] of a tree", "run", "[diagram] of a tree", "-n", "2")]
    [InlineData("[x:y]", "run", "-n", "2", "[x:y]")]
    [InlineData("@alice hello", "run", "@alice hello")]
    [InlineData("@alice", "run", "@alice")]
    [InlineData("run", "run", "run")]
    [InlineData("-5", "run", "-5")]
    [InlineData("- a list", "run", "- a list")]
    [InlineData("a=b", "run", "a=b")]
    [InlineData("", "run", "")]
    public void A_prompt_is_text(string prompt, params string[] arguments)
    {
        App.Commands(arguments, out RootCommand root);
        ParseResult parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        Assert.Null(UsageErrors.First(parsed, arguments, new HashSet<Option>()));
        Assert.Equal(prompt, parsed.GetValue<string?>("PROMPT"));
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
    [InlineData("--kernels takes portable or reference, not 'quick' (see 'bloomery system --help')", "system", "--kernels", "quick")]
    [InlineData("there is no verb '[suggest]' (see 'bloomery --help')", "[suggest]", "run", "hi")]
    [InlineData("there is no verb '' (see 'bloomery --help')", "")]
    [InlineData("there is no verb 'rnu'; did you mean 'run'? (see 'bloomery help --help')", "help", "rnu")]
    [InlineData("unknown option '--tmep'; did you mean '--temp'? (see 'bloomery run --help')", "run", "hi", "--tmep", "1")]
    [InlineData("unknown option '-x' (see 'bloomery run --help')", "run", "-x")]
    [InlineData("options go behind the verb: bloomery VERB --temp X (see 'bloomery --help')", "--temp", "1", "run", "hi")]
    [InlineData("options go behind the verb: bloomery VERB --temp X (see 'bloomery --help')", "--temp=1", "run", "hi")]
    [InlineData("options go behind the verb: bloomery VERB --verbose (see 'bloomery --help')", "-v")]
    [InlineData("unknown option '--foo' (see 'bloomery --help')", "--foo", "run")]
    [InlineData("'-b' is one argument too many (see 'bloomery run --help')", "run", "a", "--", "-b")]
    [InlineData("--stop is empty: --stop TEXT (see 'bloomery run --help')", "run", "hi", "--stop", "a", "--stop", "")]
    [InlineData("there is no verb 'LIST'; did you mean 'list'? (see 'bloomery --help')", "LIST", "--json")]
    [InlineData("--type needs a value: --type T (see 'bloomery convert --help')", "convert", "a", "b", "--type", "--json")]
    [InlineData("--file is empty: --file TEXTS (see 'bloomery tokenize --help')", "tokenize", "x", "--file", "")]
    [InlineData("TOK is empty (see 'bloomery tokenize --help')", "tokenize", "", "--file", "-")]
    [InlineData("--model is empty: --model MODEL (see 'bloomery run --help')", "run", "x", "-m", "")]
    [InlineData("--model is empty: --model MODEL (see 'bloomery bench --help')", "bench", "-m", "x", "-m", "")]
    [InlineData("--batch must be between 1 and 1024, not 100000 (see 'bloomery bench --help')", "bench", "-b", "1,100000")]
    [InlineData("--temp must be between 0 and 2, not 2.5 (see 'bloomery run --help')", "run", "x", "--temp", "2.5")]
    [InlineData("--temp takes a number with a decimal point, such as 0.7, not 'nan' (see 'bloomery run --help')", "run", "x", "--temp", "nan")]
    [InlineData("--top-p must be greater than 0 and at most 1, not 0 (see 'bloomery run --help')", "run", "x", "--top-p", "0")]
    [InlineData("--repeat-penalty must be greater than 0, not 0 (see 'bloomery run --help')", "run", "x", "--repeat-penalty", "0")]
    [InlineData("--threads must be between 1 and 1024, not 100000 (see 'bloomery run --help')", "run", "x", "--threads", "100000")]
    [InlineData("--length-penalty takes a number with a decimal point, such as 0.7, not 'nan' (see 'bloomery generate --help')",
        "generate", "x", "--ids-file", "-", "--length-penalty", "nan")]
    [InlineData("--beams must be between 1 and 1000, not 1000000 (see 'bloomery generate --help')", "generate", "x", "--ids-file", "-", "--beams", "1000000")]
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
        Assert.Equal("bloomery: BLOOMERY_JSON takes 1 or 0, not 'maybe' (see 'bloomery list --help')", CliRun.With(null, variables, "list", "formats")
            .Expect(2).ErrorLine);
        variables = new Dictionary<string, string> { ["BLOOMERY_KERNELS"] = "quick" };
        Assert.StartsWith("bloomery: BLOOMERY_KERNELS is set, but --kernels takes ", CliRun.With(null, variables, "system").Expect(2).ErrorLine,
            StringComparison.Ordinal);
    }

    /// <summary>A value that the command line takes must not be refused after the model was loaded.</summary>
    [Theory]
    [InlineData("--temp", "temperature")]
    [InlineData("--top-p", "top_p")]
    [InlineData("--min-p", "min_p")]
    [InlineData("--repeat-penalty", "repetition_penalty")]
    public void Ranges_of_options_are_those_of_the_sampler(string option, string parameter)
    {
        SamplingParameterAttribute declared = Assert.Single(SamplingParameters.All, p => p.Name == parameter).Declaration;
        string[] outside = [(declared.Minimum - 1).ToString(CultureInfo.InvariantCulture), .. declared.AboveMinimum
            ? (string[])[declared.Minimum.ToString(CultureInfo.InvariantCulture)] : [],
            .. double.IsFinite(declared.Maximum) ? (string[])[(declared.Maximum + 0.5).ToString(CultureInfo.InvariantCulture)] : []];
        Assert.All(outside, value =>
            Assert.Contains($"{option} must be {declared.Range}", CliRun.Of("run", "x", option, value).Expect(2).ErrorLine, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_verb_takes_json(string verb) => Assert.Contains("--json", CliRun.Of(verb, "--help").Expect(0).Output, StringComparison.Ordinal);

    [Fact]
    public void Bench_finds_what_is_missing_before_it_measures()
    {
        string[] first = ["bench", "-m", EmbeddedModels.Find(ModelKind.Text), "-p", "0", "-n", "1", "-r", "1", "--verbose"];
        string[] elsewhere = [.. ((string[])["avx2", "avx512", "assembled"]).Where(tier => !KernelTiers.Has(tier))];
        List<string[]> missing = [["-m", "no-such-model"], .. elsewhere.Select(tier => (string[])["--kernels", "reference", "--kernels", tier])];
        foreach (string[] second in missing)
        {
            CliRun run = CliRun.Of([.. first, .. second]).Expect(1);
            Assert.Contains(second[^1], run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("Loading", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_drawing_library_is_not_loaded_to_find_the_verbs() =>
        Assert.DoesNotContain(typeof(App).Assembly.GetTypes(), type => type.BaseType?.Assembly.GetName().Name == "Spectre.Console"
            || type.GetInterfaces().Any(face => face.Assembly.GetName().Name == "Spectre.Console"));

    [Fact]
    public void Kernels_are_listed_with_the_names_that_the_option_takes()
    {
        string[] names = [.. CliRun.Of("list", "kernels").Expect(0).Output.TrimEnd().Split('\n').Select(line => line.Split(' ')[0])];
        Assert.Contains("portable", names);
        Assert.Contains("reference", names);
        CliRun.Of("inspect", "no-such-model", "--kernels", names[1]).Expect(1);
        CliRun.Of("inspect", "no-such-model", "--kernels", "auto").Expect(1);
    }

    [Fact]
    public void Only_tiers_of_this_build_are_offered()
    {
        string line = Assert.Single(CliRun.Of("run", "--help").Expect(0).Output.Split('\n'), line => line.StartsWith("  --kernels", StringComparison.Ordinal));
        string[] offered = line.Trim().Split(' ')[1].Split('|');
        Assert.Equal(KernelTiers.Names.Select(name => name.Split('-')[0]).Distinct(), offered);
        Assert.All(offered, tier => Assert.True(KernelTiers.Has(tier), tier));
    }

    [Fact]
    public void More_threads_than_processors_are_warned_of()
    {
        int many = Environment.ProcessorCount + 1;
        string[] arguments = ["run", "hi", "-n", "1", "--temp", "0", "--threads"];
        Assert.StartsWith($"bloomery: warning: {many} threads, and this process may use {Environment.ProcessorCount} processor",
            CliRun.Of([.. arguments, $"{many}"]).Expect(0).ErrorLine, StringComparison.Ordinal);
        Assert.Empty(CliRun.Of([.. arguments, $"{many}", "--quiet"]).Expect(0).Error);
        Assert.Empty(CliRun.Of([.. arguments, "1"]).Expect(0).Error);
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
