using System.CommandLine;
using System.Diagnostics;
using Bloomery.Cli.Completion;
using Bloomery.Cli.Framework;
using Bloomery.Tests.Formats;

namespace Bloomery.Tests.Cli;

public class CompletionTests
{
    [Fact]
    public void Only_choices_have_words()
    {
        CompletionVerb[] verbs = [.. App.Commands([], out _).Keys.Select(CompletionVerb.Of)];
        IEnumerable<string> withWords = verbs.Where(verb => verb.Words.Count > 0).Select(verb => verb.Name);
        Assert.Equal(["completion", "help", "list", "models"], withWords.Order(StringComparer.Ordinal));
        Assert.All(verbs.SelectMany(verb => verb.Words.Concat(verb.Options.SelectMany(option => option.Words))), word => Assert.Matches("^[a-z0-9_]+$", word));
        Assert.Contains(verbs.Single(verb => verb.Name == "run").Options, option => option.Name == "--model" && option.Names.SequenceEqual(["-m", "--model"]));
    }

    [SkippableTheory]
    [InlineData("bloomery r", "render rerank run")]
    [InlineData("bloomery run --te", "--temp --template-name")]
    [InlineData("bloomery run --kernels ", "portable reference")]
    [InlineData("bloomery bench -o j", "json")]
    [InlineData("bloomery list ", "architectures formats kernels recipes samplers verbs")]
    [InlineData("bloomery models r", "remove")]
    [InlineData("bloomery run -m a", "a model.gguf")]
    [InlineData("bloomery convert a", "a model.gguf")]
    public void Bash_completes(string line, string expected)
    {
        Skip.IfNot(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "needs bash");
        using var folder = new TemporaryDirectory();
        folder.Write("a model.gguf", []);
        string script = folder.Write("complete.sh", System.Text.Encoding.UTF8.GetBytes(CliRun.Of("completion", "bash").Expect(0).Output + """

            COMP_WORDS=($1) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            case "$1" in *' ') COMP_WORDS+=(''); COMP_CWORD=$((COMP_CWORD + 1)) ;; esac
            _bloomery
            echo "${COMPREPLY[*]}"
            """));
        using Process bash =
            Process.Start(new ProcessStartInfo("bash", ["--norc", script, line]) { RedirectStandardOutput = true, RedirectStandardError = true,
                WorkingDirectory = folder.Path })!;
        string output = bash.StandardOutput.ReadToEnd(), error = bash.StandardError.ReadToEnd();
        Assert.Equal(("", expected), (error, output.TrimEnd()));
    }
}
