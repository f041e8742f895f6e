using System.CommandLine;
using System.Text.RegularExpressions;
using Bloomery.Cli.Framework;
using Bloomery.Models;
using Bloomery.Models.Architectures;
using Bloomery.TestSupport;

namespace Bloomery.Tests.Structure;

/// <summary>What the documents point to and tell to type is there.</summary>
public partial class DocumentationTests
{
    public static TheoryData<string> Documents => [.. Names];

    private static IEnumerable<string> Names => Directory.GetFiles(TestPaths.Repository, "*.md")
        .Concat(new[] { "docs", "models", "src/Bloomery.Cli", "src/Bloomery.Engine", "src/Bloomery.Models.Default" }
            .SelectMany(folder => Directory.GetFiles(Path.Combine(TestPaths.Repository, folder), "*.md")))
        .Concat(Directory.GetFiles(Path.Combine(TestPaths.Repository, "docs", "public-api"), "*.md"))
        .Select(file => Path.GetRelativePath(TestPaths.Repository, file).Replace('\\', '/')).Order(StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_lead_somewhere(string document)
    {
        foreach (Match link in Link().Matches(WithoutCode(document)))
        {
            string target = link.Groups[1].Value;
            if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal)) continue;
            string[] parts = target.Split('#', 2);
            string path = parts[0].Length == 0 ? Full(document) : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Full(document))!, parts[0]));
            Assert.True(File.Exists(path) || Directory.Exists(path), $"{document} links to {target}, which is not there");
            if (parts.Length == 2) Assert.True(Anchors(path).Contains(parts[1]), $"{document} links to {target}, but there is no such heading");
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Commands_can_be_typed(string document)
    {
        Dictionary<string, Command> verbs = App.Commands([], out _).Keys.ToDictionary(command => command.Name);
        foreach (string[] words in Commands(document))
        {
            if (words.Length == 0 || words[0] is "VERB" || words[0].StartsWith('-')) continue;
            Assert.True(verbs.TryGetValue(words[0], out Command? verb),
                $"{document} says 'bloomery {string.Join(' ', words)}', but there is no verb '{words[0]}'");
            string[] known = [.. verb.Options.SelectMany(option => option.Aliases.Append(option.Name)), "--help", "-h"];
            Assert.All(words.Skip(1).Where(word => word.Length > 1 && word[0] == '-' && char.IsAsciiLetter(word.TrimStart('-').FirstOrDefault())),
                word => Assert.True(known.Contains(word.Split('=')[0]),
                    $"{document} says 'bloomery {string.Join(' ', words)}', but {words[0]} has no option {word}"));
        }
    }

    [Fact]
    public void Commands_are_found_at_all() => Assert.True(Names.SelectMany(Commands).Count() > 20);

    [Fact]
    public void Every_verb_is_in_cli_md_and_no_option_that_is_not_there()
    {
        string text = File.ReadAllText(Full("docs/cli.md"));
        Assert.All(App.Verbs.Names, verb => Assert.Matches($@"\| .*`{verb}\b", text));
        HashSet<string> known = [.. App.Commands([], out _).Keys.SelectMany(command => command.Options)
            .SelectMany(option => option.Aliases.Append(option.Name)), "--help"];
        string[] named = [.. InlineCode().Matches(text).SelectMany(span => Regex.Matches(span.Value, @"(?<![\w-])--?[a-z][a-z-]*"))
            .Select(option => option.Value).Distinct()];
        Assert.True(named.Length > 40, "the options were not found");
        Assert.All(named, option => Assert.True(known.Contains(option), $"docs/cli.md names {option}, which no verb takes"));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Paths_in_the_text_are_there(string document)
    {
        foreach (Match path in RepositoryPath().Matches(File.ReadAllText(Full(document))))
        {
            string named = path.Groups[1].Value.TrimEnd('/');
            if (named.Contains("YOUR", StringComparison.OrdinalIgnoreCase) || named.Contains('<', StringComparison.Ordinal)) continue;
            Assert.True(File.Exists(Full(named)) || Directory.Exists(Full(named)), $"{document} names {named}, which is not there");
        }
    }

    /// <summary>A row of the README for each kind; of an architecture's names one is enough, GGUF's own are aliases.</summary>
    [Fact]
    public void The_readme_names_every_architecture_and_no_other()
    {
        Dictionary<string, Type> rows = new() { ["decoders"] = typeof(DecoderArchitecture), ["encoders"] = typeof(EncoderArchitecture),
            ["encoder-decoders"] = typeof(EncoderDecoderArchitecture) };
        HashSet<Type> told = [];
        foreach ((string row, Type kind) in rows)
        {
            string[] names = Regex.Match(File.ReadAllText(Full("README.md")), $@"^\| {row} \| (.*) \|$", RegexOptions.Multiline).Groups[1].Value.Split(", ");
            foreach (string name in names)
            {
                Assert.True(LoadedModel.Architectures.TryFind(name, out Type? type), $"README.md names the architecture '{name}', which this build has not");
                Assert.True(type.IsSubclassOf(kind), $"README.md has {name} among the {row}");
                told.Add(type);
            }
        }
        string[] untold = [.. LoadedModel.Architectures.Names.Where(name => LoadedModel.Architectures.TryFind(name, out Type? type) && !told.Contains(type))];
        Assert.True(untold.Length == 0, $"README.md does not name: {string.Join(", ", untold)}");
    }

    private static string Full(string document) => Path.Combine(TestPaths.Repository, document.Replace('/', Path.DirectorySeparatorChar));

    private static string WithoutCode(string document) => InlineCode().Replace(Block().Replace(File.ReadAllText(Full(document)), ""), "");

    /// <summary>What follows <c>bloomery</c> in lines of code blocks and in code within text, up to a pipe, a redirection or a remark.</summary>
    private static IEnumerable<string[]> Commands(string document)
    {
        string text = File.ReadAllText(Full(document));
        IEnumerable<string> code = Block().Matches(text).SelectMany(block => block.Value.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
            .Concat(InlineCode().Matches(Block().Replace(text, "")).Select(span => span.Value.Trim('`')));
        foreach (string line in code)
            foreach (Match command in BloomeryCommand().Matches(line))
                // Texts in quotes are no options; a table of synopses has brackets and bars.
                yield return [.. Quoted().Replace(command.Groups[1].Value, "TEXT").Split(['|', '>', '<', '#', ';'])[0]
                    .Split([' ', '[', ']', '(', ')', ','], StringSplitOptions.RemoveEmptyEntries)];
    }

    private static HashSet<string> Anchors(string path) =>
        [.. File.ReadLines(path).Where(line => line.StartsWith('#'))
            .Select(line => Regex.Replace(line.TrimStart('#').Trim().ToLowerInvariant(), @"[^\w\- ]", "").Replace(' ', '-'))];

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"`[^`\n]+`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"(?:^|[\s|;($])(?:\./)?bloomery((?: .*)?)$")]
    private static partial Regex BloomeryCommand();

    [GeneratedRegex("\"[^\"]*\"|'[^']*'")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"`((?:src|docs|tests|eng|bench|models)/[A-Za-z0-9_./-]+)`")]
    private static partial Regex RepositoryPath();
}
