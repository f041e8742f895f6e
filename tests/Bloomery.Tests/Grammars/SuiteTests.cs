using System.Text.Json;
using Bloomery.Cli.Constraints;
using Bloomery.Engine.Grammars;
using Bloomery.TestSupport;
using Xunit.Abstractions;

namespace Bloomery.Tests.Grammars;

/// <summary>Schemas of others: the official test suite, and a sample of real ones. Both lie outside the repository.</summary>
public class SuiteTests(ITestOutputHelper output)
{
    private static readonly string Folder = Path.Combine(TestPaths.SharedData, "json-schemas");

    // Known names are enforced here, so the cases that expect annotations do not apply; these names of optional/format are annotations.
    private static readonly string[] Annotations =
        ["format.json", "ecmascript-regex.json", "idn-email.json", "idn-hostname.json", "regex.json", "unknown.json"];

    [SkippableFact]
    public void Every_case_of_the_suite_passes_or_is_refused()
    {
        string suite = Path.Combine(Folder, "suite");
        Skip.IfNot(Directory.Exists(suite), "the test suite of JSON Schema is not here");
        var wrong = new List<string>();
        int cases = 0, refused = 0, leftOut = 0;
        foreach (string file in Directory.GetFiles(suite, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (Array.IndexOf(Annotations, Path.GetFileName(file)) >= 0) continue;
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (JsonElement group in document.RootElement.EnumerateArray())
            {
                Grammar? grammar = null;
                try
                {
                    grammar = Grammar.OfSchema(group.GetProperty("schema"));
                }
                catch (GrammarException e)
                {
                    bool unsatisfiable = e.Message == "no value fulfils this schema";
                    if (unsatisfiable) Assert.DoesNotContain(group.GetProperty("tests").EnumerateArray(), t => IsValid(t) && !IsLeftOut(file, t));
                    refused++;
                    continue;
                }
                foreach (JsonElement test in group.GetProperty("tests").EnumerateArray())
                {
                    bool valid = test.GetProperty("valid").GetBoolean();
                    string text = SpacedJson.Write(test.GetProperty("data"));
                    cases++;
                    if (Texts.Accepts(grammar, text) == valid) continue;
                    if (IsLeftOut(file, test)) leftOut++;
                    else wrong.Add($"{Path.GetFileName(file)}: {group.GetProperty("description")}: "
                        + $"{test.GetProperty("description")}: {text} is {(valid ? "valid" : "invalid")}");
                }
            }
        }
        output.WriteLine($"{cases} cases, {refused} schemas refused, {leftOut} left out");
        Assert.True(cases > 1000);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [SkippableFact]
    public void Of_the_real_schemas_nearly_all_pass_and_no_invalid_value_is_accepted()
    {
        string file = Path.Combine(Folder, "maskbench.jsonl.gz");
        Skip.IfNot(File.Exists(file), "the sample of real schemas is not here");
        var refused = new List<string>();
        var wrong = new List<string>();
        int passing = 0;
        foreach (ConstraintCase test in ConstraintCase.Read(file))
        {
            Grammar grammar;
            try
            {
                grammar = Grammar.OfSchema(test.Body.GetProperty("schema"));
            }
            catch (GrammarException e)
            {
                refused.Add($"{test.Id}: {e.Message}");
                continue;
            }
            string[] here = [.. test.Tests.Where(t => Texts.Accepts(grammar, t.Text) != t.Valid)
                .Select(t => $"{test.Id}: {t.Text} is {(t.Valid == true ? "valid" : "invalid")}")];
            wrong.AddRange(here);
            if (here.Length == 0) passing++;
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(passing >= 676, $"{passing} pass; refused: {string.Join('\n', refused)}");
    }

    private static bool IsValid(JsonElement test) => test.GetProperty("valid").GetBoolean();

    // Whole numbers are written without fraction and exponent; the punycode of names is not looked into.
    private static bool IsLeftOut(string file, JsonElement test)
    {
        string text = test.GetProperty("data").GetRawText();
        bool valid = test.GetProperty("valid").GetBoolean();
        return valid && System.Text.RegularExpressions.Regex.IsMatch(text, @"\d\.0+\b|\d[eE]")
            || Path.GetFileName(file) is "hostname.json" or "email.json" && text.Contains("xn--", StringComparison.OrdinalIgnoreCase);
    }
}
