using System.Text.Json;
using Bloomery.Engine.Sampling;
using Bloomery.Engine.Sampling.Steps;
using Bloomery.TestSupport;

namespace Bloomery.Golden.Sampling;

/// <summary>Every chain of <c>golden/sampling</c>: logits within 1e-5, probabilities within 1e-6, the same tokens kept.</summary>
public sealed class SamplingGoldenTests
{
    private static readonly GoldenTensors Tensors = GoldenTensors.Load("sampling/sampling.safetensors");
    private static readonly JsonDocument Json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(TestPaths.Golden, "sampling", "sampling.json")));
    private static readonly int Vocabulary = Json.RootElement.GetProperty("vocab").GetInt32();

    public static TheoryData<string> Cases()
    {
        var names = new TheoryData<string>();
        foreach (JsonElement item in Json.RootElement.GetProperty("cases").EnumerateArray()) names.Add(item.GetProperty("name").GetString()!);
        return names;
    }

    [Fact]
    public void ThereAreCases() => Assert.True(Cases().Count >= 58, $"only {Cases().Count} golden cases were found");

    [Theory, MemberData(nameof(Cases))]
    public void ChainMatchesReference(string name)
    {
        JsonElement item = Json.RootElement.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
        JsonElement[] chain = [.. item.GetProperty("chain").EnumerateArray()];
        for (int row = 0; row < Tensors.Shape("logits")[0]; row++)
        {
            float[] logits = Row("logits", row);
            foreach (JsonElement operation in chain) Apply(operation, logits, History(row));
            bool stable = item.GetProperty("stable_rows")[row].GetBoolean();
            Compare($"{name} row {row} {item.GetProperty("chain")}", Row($"{name}.out", row), Row($"{name}.probs", row), logits, stable);
        }
    }

    [Theory]
    [InlineData("ties", "top_k_10", """{"op":"top_k","k":10}""")]
    [InlineData("masked", "top_k_20", """{"op":"top_k","k":20}""")]
    [InlineData("masked", "top_p_0.8", """{"op":"top_p","p":0.8}""")]
    [InlineData("masked", "typical_0.8", """{"op":"typical_p","p":0.8}""")]
    [InlineData("masked", "min_p_0.1", """{"op":"min_p","p":0.1}""")]
    public void TiesAndMaskedRowsMatchReference(string input, string output, string operation)
    {
        using JsonDocument parsed = JsonDocument.Parse(operation);
        for (int row = 0; row < Tensors.Shape($"{input}.logits")[0]; row++)
        {
            float[] logits = Row($"{input}.logits", row);
            Apply(parsed.RootElement, logits, []);
            Compare($"{input}.{output} row {row}", Row($"{input}.{output}", row), null, logits, stable: true);
        }
    }

    [Fact]
    public void MirostatFollowsReference()
    {
        int steps = 0;
        var scratch = new SampleScratch(Vocabulary);
        foreach (JsonElement run in Json.RootElement.GetProperty("mirostat_v2").EnumerateArray())
        {
            float tau = run.GetProperty("tau").GetSingle(), eta = run.GetProperty("eta").GetSingle();
            var chain = new LogitChain(new SamplingOptions { Mirostat = 2, MirostatTau = tau, MirostatEta = eta });
            var mirostat = Assert.IsType<Mirostat>(Assert.Single(chain.Steps));
            Assert.Equal(run.GetProperty("mu_start").GetDouble(), mirostat.Mu, 1e-6);
            foreach (JsonElement step in run.GetProperty("steps").EnumerateArray())
            {
                float[] logits = Row("logits", step.GetProperty("logits_row").GetInt32());
                var context = new SampleContext([], 0, new SampleUniforms(step.GetProperty("u").GetDouble(), 0), scratch);

                float[] kept = [.. logits];
                mirostat.Apply(kept, context);
                Assert.Equal(step.GetProperty("kept").GetInt32(), kept.Count(float.IsFinite));

                TokenChoice choice = chain.Choose(logits, context);
                Assert.Equal(step.GetProperty("token").GetInt32(), choice.Id);
                Assert.Equal(step.GetProperty("surprise").GetDouble(), -Math.Log2(choice.Probability), 1e-5);
                chain.Commit(choice);
                Assert.Equal(step.GetProperty("mu_after").GetDouble(), mirostat.Mu, 1e-5);
                steps++;
            }
        }
        Assert.True(steps >= 36, $"only {steps} steps were found");
    }

    /// <summary>Chains whose order is the engine's own also run through <see cref="LogitChain"/>, which packs the tokens that are left.</summary>
    [Theory]
    [InlineData("c52")]
    [InlineData("c55")]
    [InlineData("c57")]
    public void WholeChainMatchesReference(string name)
    {
        SamplingOptions options = name switch
        {
            "c52" => new() { RepetitionPenalty = 1.1f, NoRepeatNgramSize = 2, Temperature = 0.8f, TopK = 50, TopP = 0.9f },
            "c55" => new() { Temperature = 0.5f, TopP = 0.9f },
            // The reference counts 25 tokens with the prompt: one more than the history, all of it taken as output here.
            _ => new()
            {
                LogitBias = new Dictionary<int, float> { [10] = 4, [11] = -4 }, MinTokens = 25, EndIds = [1], BadWords = [[10]],
                Temperature = 1.7f, EpsilonCutoff = 0.002f, EtaCutoff = 0.002f,
            },
        };
        var chain = new LogitChain(options);
        double[] probabilities = new double[Vocabulary];
        for (int row = 0; row < Tensors.Shape("logits")[0]; row++)
        {
            int[] history = History(row);
            chain.Distribution(Row("logits", row), new SampleContext(history, 0, default, new SampleScratch(Vocabulary)), probabilities);
            float[] expected = Row($"{name}.probs", row);
            for (int id = 0; id < Vocabulary; id++)
                Assert.True(Math.Abs(expected[id] - probabilities[id]) <= 1e-6, $"{name} row {row} token {id}: {probabilities[id]} instead of {expected[id]}");
        }
    }

    private static void Compare(string label, float[] expected, float[]? expectedProbabilities, float[] logits, bool stable)
    {
        float[] weights = new float[logits.Length];
        double sum = LogitMath.Weigh(logits, LogitMath.Max(logits), weights);
        for (int id = 0; id < expected.Length; id++)
        {
            bool kept = expected[id] > float.NegativeInfinity, has = logits[id] > float.NegativeInfinity;
            if (stable) Assert.True(kept == has, $"{label}: token {id} is {(has ? "kept" : "removed")}");
            if (kept && has)
                Assert.True(Math.Abs(expected[id] - logits[id]) <= 1e-5 * Math.Max(1, Math.Abs(expected[id])),
                    $"{label}: logit {id} is {logits[id]:R} instead of {expected[id]:R}");
            if (expectedProbabilities is not null && stable)
                Assert.True(Math.Abs(expectedProbabilities[id] - weights[id] / sum) <= 1e-6,
                    $"{label}: probability {id} is {weights[id] / sum:R} instead of {expectedProbabilities[id]:R}");
        }
    }

    private static void Apply(JsonElement operation, float[] logits, int[] history)
    {
        int Int(string name) => operation.GetProperty(name).GetInt32();
        float Number(string name, float absent = float.NaN) => operation.TryGetProperty(name, out JsonElement value) ? value.GetSingle() : absent;
        int[] Ids(string name) => operation.TryGetProperty(name, out JsonElement value) ? [.. value.EnumerateArray().Select(id => id.GetInt32())] : [];

        if (operation.GetProperty("op").GetString() == "log_softmax")
        {
            double logSumExp = LogitMath.LogSumExp(logits);
            for (int id = 0; id < logits.Length; id++) logits[id] = (float)(logits[id] - logSumExp);
            return;
        }
        int prompt = operation.TryGetProperty("prompt", out JsonElement length) ? length.GetInt32() : 0;
        LogitStep step = operation.GetProperty("op").GetString() switch
        {
            "temperature" => new Temperature(Number("temperature")),
            "top_k" => new TopK(Int("k")),
            "top_p" => new TopP(Number("p")),
            "min_p" => new MinP(Number("p")),
            "typical_p" => new TypicalP(Number("p")),
            "epsilon_cutoff" => new EpsilonCutoff(Number("epsilon")),
            "eta_cutoff" => new EtaCutoff(Number("epsilon")),
            "top_h" => new TopH(Number("h")),
            "xtc" => new Xtc(1, Number("threshold")),
            "repetition_penalty" => new RepetitionPenalty(Number("penalty")),
            "presence_frequency" => new PresenceFrequency(Number("presence"), Number("frequency")),
            "no_repeat_ngram" => new NoRepeatNgram(Int("n")),
            "bad_words" => new BadWords(
                [.. operation.GetProperty("ids").EnumerateArray().Select(word => word.EnumerateArray().Select(id => id.GetInt32()).ToArray())]),
            "min_length" or "min_new_tokens" => new MinTokens(Int("n"), Ids("eos")),
            "logit_bias" => new LogitBias(operation.GetProperty("bias").EnumerateArray().ToDictionary(pair => pair[0].GetInt32(), pair => pair[1].GetSingle())),
            "sequence_bias" => new SequenceBias([.. operation.GetProperty("pairs").EnumerateArray().Select(pair =>
                new TokenSequenceBias([.. pair[0].EnumerateArray().Select(id => id.GetInt32())], pair[1].GetSingle()))]),
            "suppress_tokens" => new SuppressTokens(Ids("ids")),
            "allowed_tokens" => new AllowedTokens(Ids("ids")),
            "forced_bos" => new ForcedBos(Int("id")),
            "forced_eos" => new ForcedEos(Int("max_length"), Ids("id")),
            "exponential_decay_length" => new ExponentialDecayLength(Int("start"), Number("factor"), Ids("eos")),
            "dry" => new Dry(Number("multiplier", 0.8f), Number("base", 1.75f), (int)Number("allowed_length", 2), Ids("breakers")),
            string other => throw new NotSupportedException($"the golden operation '{other}' has no counterpart"),
            null => throw new InvalidDataException("an operation without a name"),
        };
        step.Apply(logits, new SampleContext(history, prompt, default, new SampleScratch(logits.Length)));
    }

    private static float[] Row(string tensor, int row)
    {
        int columns = Tensors.Shape(tensor)[1];
        return Tensors.Floats(tensor).AsSpan(row * columns, columns).ToArray();
    }

    private static int[] History(int row)
    {
        int columns = Tensors.Shape("history")[1];
        return Tensors.Int32s("history").AsSpan(row * columns, columns).ToArray();
    }
}
