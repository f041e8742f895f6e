using System.Text.Json;
using Bloomery.Formats;
using Bloomery.Formats.Safetensors;
using Bloomery.TestSupport;

namespace Bloomery.Tests.Cli;

/// <summary>The verbs that compute, as other programs call them, on tiny models whose outputs are known.</summary>
public sealed class ComputeVerbTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bloomery-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public void Logits_writes_the_tensors_of_the_contract()
    {
        string model = Golden("llama");
        GoldenTensors golden = GoldenTensors.Load(Path.Combine("models", "llama", "golden.safetensors"));
        int[] ids = golden.Int32s("input_ids");
        string input = Write("ids.json", JsonSerializer.Serialize(new { input_ids = new[] { ids, ids[..5] } })),
            output = Path.Combine(_folder, "out.safetensors");
        CliRun run = CliRun.Of("logits", model, "--ids-file", input, "--out", output, "--hidden-states", "--exact").Expect(0);
        Assert.Empty(run.Output);
        Assert.Empty(run.Error);
        using TensorFile file = SafetensorsFile.Open(output);
        Assert.Equal(["hidden_states.0", "hidden_states.1", "logits.0", "logits.1"], file.Tensors.Keys.Order(StringComparer.Ordinal));
        float[] expected = golden.Floats("logits"), actual = file.Dequantize(file.Tensor("logits.0"));
        Assert.Equal(golden.Shape("logits").Select(size => (long)size), file.Tensor("logits.0").Shape);
        Assert.True(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max() < 1e-3);
        Assert.Equal(5, file.Tensor("hidden_states.1").Shape[1]);
    }

    [SkippableFact]
    public void Generate_prints_ids_logprobs_and_scores()
    {
        string model = Golden("llama");
        int[] ids = GoldenTensors.Load(Path.Combine("models", "llama", "golden.safetensors")).Int32s("input_ids")[..12];
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(model, "golden.json")));
        string input = Write("ids.json", JsonSerializer.Serialize(new { input_ids = new[] { ids } }));

        JsonElement greedy = Sequence(CliRun.Of("generate", model, "--ids-file", input, "--ignore-eos", "--exact"));
        Assert.Equal(Ids(golden.RootElement.GetProperty("greedy").GetProperty("ids")), Ids(greedy.GetProperty("ids")));
        Assert.Equal(32, greedy.GetProperty("logprobs").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, greedy.GetProperty("score").ValueKind);
        Assert.Equal("length", greedy.GetProperty("finish_reason").GetString());

        JsonElement beam = Sequence(CliRun.Of("generate", model, "--ids-file", input, "--ignore-eos", "--exact", "--beams", "4", "--max-new-tokens", "24"));
        JsonElement expected = golden.RootElement.GetProperty("beam");
        Assert.Equal(Ids(expected.GetProperty("ids")), Ids(beam.GetProperty("ids")));
        Assert.Equal(expected.GetProperty("sequence_score").GetDouble(), beam.GetProperty("score").GetDouble(), 3);
    }

    [Fact]
    public void Run_with_a_prompt_cache_gives_the_same_text_and_keeps_the_cache()
    {
        string cache = Path.Combine(_folder, "prompt.kv");
        string[] arguments = ["run", "Name a colour.", "-n", "6", "--temp", "0", "--threads", "2"];
        string text = CliRun.Of(arguments).Expect(0).Output;
        string[] cached = [.. arguments, "--prompt-cache", cache];
        Assert.Equal(text, CliRun.Of(cached).Expect(0).Output);
        DateTime written = File.GetLastWriteTimeUtc(cached[^1]);
        CliRun again = CliRun.Of([.. cached, "--verbose"]).Expect(0);
        Assert.Equal(text, again.Output);
        Assert.Matches(@"(\d+) of \d+ prompt tokens come from", again.Error);
        Assert.DoesNotContain("\n0 of", again.Error, StringComparison.Ordinal);
        Assert.Equal(written, File.GetLastWriteTimeUtc(cache));
        Assert.Equal([cache], Directory.GetFiles(_folder));

        string line = CliRun.Of([.. arguments, "--prompt-cache", Path.Combine(_folder, "nowhere", "x.kv")]).Expect(1).ErrorLine;
        Assert.Contains("there is no directory", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_gives_the_same_text_streamed_and_as_json()
    {
        string[] arguments = ["run", "Name a colour.", "-n", "6", "--temp", "0", "--threads", "2"];
        string text = CliRun.Of(arguments).Expect(0).Output;
        CliRun asJson = CliRun.Of([.. arguments, "--json"]).Expect(0);
        using JsonDocument document = JsonDocument.Parse(asJson.Output);
        JsonElement root = document.RootElement;
        Assert.Equal(text, root.GetProperty("text").GetString());
        Assert.Equal(["text", "ids", "prompt_ids", "finish_reason", "usage", "timings"], root.EnumerateObject().Select(property => property.Name));
        Assert.Equal(root.GetProperty("ids").GetArrayLength(), root.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal(root.GetProperty("prompt_ids").GetArrayLength(), root.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(["load_s", "prompt_s", "decode_s", "prompt_per_s", "decode_per_s"], root.GetProperty("timings").EnumerateObject()
            .Select(property => property.Name));
        // The same prompt through a pipe; the line's end belongs to the pipe.
        Assert.Equal(text, CliRun.With("Name a colour.\n", null, ["run", .. arguments[2..]]).Expect(0).Output);
        Assert.Empty(asJson.Error);
    }

    [Fact]
    public void Embed_and_rerank_use_the_embedded_model()
    {
        using JsonDocument embedded = JsonDocument.Parse(CliRun.With("""["a recipe for bread", "a train timetable"]""", null, "embed", "--file", "-")
            .Expect(0).Output);
        Assert.Equal(["embeddings", "pooling", "normalized", "truncated"], embedded.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal(384, embedded.RootElement.GetProperty("embeddings")[0].GetArrayLength());
        Assert.Equal("mean", embedded.RootElement.GetProperty("pooling").GetString());
        using JsonDocument ranked =
            JsonDocument.Parse(CliRun.With("""["a train timetable", "a recipe for bread"]""", null, "rerank", "--query", "how do I bake?", "--file", "-")
                .Expect(0).Output);
        Assert.Equal([1, 0], ranked.RootElement.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("index").GetInt32()));
    }

    [Fact]
    public void A_truncated_model_is_one_line_that_names_it()
    {
        string model = Path.Combine(_folder, "cut.gguf");
        using (FileStream from = File.OpenRead(Path.Combine(TestPaths.Repository, "models", "all-MiniLM-L6-v2.Q8_0.gguf")))
        {
            byte[] half = new byte[from.Length / 2];
            from.ReadExactly(half);
            File.WriteAllBytes(model, half);
        }
        string line = CliRun.Of("run", "hello", "-m", model).Expect(1).ErrorLine;
        Assert.StartsWith($"bloomery: {model}: ", line, StringComparison.Ordinal);
        Assert.Contains("at byte", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"ids": [[1]]}""", "input_ids")]
    [InlineData("""{"input_ids": []}""", "no rows")]
    [InlineData("""{"input_ids": [[]]}""", "row 0 is empty")]
    [InlineData("""{"input_ids": [[1, "x"]]}""", "\"x\" is no token id")]
    [InlineData("""{"input_ids": [[1]], "attention_mask": [[1, 1]]}""", "attention_mask, row 0 has 2")]
    [InlineData("""{"input_ids": [[9999999]]}""", "outside the vocabulary")]
    [InlineData("[", "not JSON")]
    public void Wrong_ids_files_are_refused(string content, string said)
    {
        string line = CliRun.With(content, null, "generate", Path.Combine(TestPaths.Repository, "models", "SmolLM2-135M-Instruct.Q4_1.gguf"), "--ids-file", "-")
            .Expect(1).ErrorLine;
        Assert.Contains(said, line, StringComparison.Ordinal);
    }

    private static string Golden(string name)
    {
        TestPaths.NeedsGolden($"models/{name}");
        return Path.Combine(TestPaths.Golden, "models", name);
    }

    private static JsonElement Sequence(CliRun run)
    {
        using JsonDocument document = JsonDocument.Parse(run.Expect(0).Output);
        return Assert.Single(document.RootElement.GetProperty("sequences").EnumerateArray()).Clone();
    }

    private static int[] Ids(JsonElement list) => [.. list.EnumerateArray().Select(id => id.GetInt32())];

    private string Write(string name, string content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
