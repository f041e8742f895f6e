using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Bloomery.TestSupport;

namespace Bloomery.Tests.Cli;

/// <summary>The verb <c>constrain</c>, and <c>run --schema</c>, as a user types them.</summary>
public sealed class ConstrainTests : IDisposable
{
    private const string Cases = """
        {"id": "even", "schema": {"type": "integer", "multipleOf": 2}, "tests": [{"valid": true, "data": 4}, {"valid": false, "data": 5}]}

        {"id": "word", "regex": "[a-c]+", "tests": [{"valid": true, "text": "abc"}, {"valid": false, "text": "abd"}]}
        {"id": "none", "schema": {"unevaluatedItems": false}, "tests": [{"valid": true, "data": []}]}
        """;

    private static readonly string Model = Path.Combine(TestPaths.Repository, "models", "SmolLM2-135M-Instruct.Q4_1.gguf");
    private readonly string _directory = Directory.CreateTempSubdirectory("constrain-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_case_is_a_line_and_a_summary_follows(bool zipped)
    {
        string file = Path.Combine(_directory, "cases");
        using (Stream stream = zipped ? new GZipStream(File.Create(file), CompressionLevel.Fastest) : File.Create(file)) stream.Write(
            Encoding.UTF8.GetBytes(Cases));
        CliRun run = CliRun.With(null, null, "constrain", Model, "--file", file).Expect(0);

        JsonElement[] lines = [.. run.Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["even", "word", "none"], lines.Select(line => line.GetProperty("id").GetString()));
        Assert.All(lines[..2], line => Assert.Equal("[true,false]", line.GetProperty("accepted").GetRawText()));
        Assert.Contains("unevaluatedItems", lines[2].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Contains("2 of 3 cases pass, 1 refused; 0 invalid texts accepted, 0 valid ones rejected", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"id\": 1} x", "cases: line 2: not JSON")]
    [InlineData("{\"regex\": \"a\", \"tests\": [{}]}", "cases: line 2: expected {\"id\", ")]
    [InlineData("[]", "cases: line 2: expected an object")]
    public void A_line_that_is_no_case_is_named(string line, string says)
    {
        File.WriteAllText(Path.Combine(_directory, "cases"), "{\"regex\": \"a\"}\n" + line);
        string error = CliRun.With(null, null, "constrain", Model, "--file", Path.Combine(_directory, "cases")).Expect(1).Error;
        Assert.Contains(says, error, StringComparison.Ordinal);
        Assert.DoesNotContain("BytePositionInLine", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"unevaluatedItems\": false}", "unevaluatedItems")]
    [InlineData("{\"type\": \"strin\"}", "strin")]
    [InlineData("{\"type\": ", "not JSON")]
    [InlineData("false", "no value fulfils")]
    public void A_schema_that_cannot_be_enforced_is_refused_with_its_file(string schema, string says)
    {
        string file = Path.Combine(_directory, "s.json");
        File.WriteAllText(file, schema);
        string error = CliRun.With(null, null, "run", "hi", "-m", Model, "--schema", file).Expect(1).ErrorLine;
        Assert.StartsWith($"bloomery: {file}: ", error, StringComparison.Ordinal);
        Assert.Contains(says, error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_under_a_schema_fulfils_it()
    {
        string file = Path.Combine(_directory, "s.json");
        File.WriteAllText(file, """{"enum": ["Rome", "Oslo"]}""");
        string answer = CliRun.With(null, null, "run", "A city", "-m", Model, "--schema", file, "--temp", "0").Expect(0).Output.Trim();
        Assert.Matches("^\"(Rome|Oslo)\"$", answer);
    }
}
