using System.Text.Json;
using Bloomery.Engine.BeamSearch;
using Bloomery.Engine.Generation;
using Bloomery.Engine.Inference;
using Bloomery.Engine.Sampling;
using Bloomery.Engine.Stopping;
using Bloomery.Models.Architectures;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Golden.Models;

/// <summary>Greedy and beam output of every generating checkpoint of golden/models, on every kernel tier.</summary>
public sealed class GenerationGoldenTests
{
    public static TheoryData<string, string> Cases()
    {
        TheoryData<string, string> cases = [];
        foreach (string name in GoldenModel.Names.Where(n => GoldenModel.Load(n).Json.TryGetProperty("greedy", out _)))
            foreach (string tier in KernelTiers.Names.Where(t => KernelTiers.MissingFeature(t) is null)) cases.Add(name, tier);
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Greedy_ids_and_log_probabilities(string name, string tier)
    {
        GoldenModel golden = GoldenModel.Load(name);
        using Runtime runtime = Load(golden, tier);
        JsonElement greedy = golden.Json.GetProperty("greedy");
        int[] expected = Ints(greedy.GetProperty("ids"));
        (int[] prompt, int[]? encoder) = Prompt(golden, runtime, greedy);
        using Sequence sequence = new(runtime, 0, encoder);
        TokenGenerator generator =
            new(sequence, golden.Vocabulary, new SamplingOptions { Temperature = 0, LogProbs = 0 }, new StopRules { MaxTokens = expected.Length });
        List<TokenChoice> chosen = [generator.Start(prompt)];
        while (generator.FinishReason is null) chosen.Add(generator.Next());
        Assert.Equal(expected, chosen.Select(c => c.Id));
        float[] logprobs = [.. greedy.GetProperty("logprobs").EnumerateArray().Select(v => v.GetSingle())];
        golden.AssertClose(logprobs, chosen.Select(c => c.LogProb).ToArray(), "greedy logprobs", 2 * golden.Tolerance);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Beam_ids_and_score(string name, string tier)
    {
        GoldenModel golden = GoldenModel.Load(name);
        using Runtime runtime = Load(golden, tier);
        foreach (string key in (string[])["beam", "beam_with_eos"])
        {
            if (!golden.Json.TryGetProperty(key, out JsonElement beam)) continue;
            (int[] prompt, int[]? encoder) = Prompt(golden, runtime, golden.Json.GetProperty("greedy"));
            using ModelBeams beams = new(golden.Vocabulary, () => new Sequence(runtime, 0, encoder));
            BeamOptions options = new()
            {
                NumBeams = beam.GetProperty("num_beams").GetInt32(),
                LengthPenalty = beam.GetProperty("length_penalty").GetDouble(),
                MaxNewTokens = beam.GetProperty("max_new_tokens").GetInt32(),
                EndIds = beam.GetProperty("eos_token_id").ValueKind == JsonValueKind.Number ? [beam.GetProperty("eos_token_id").GetInt32()] : [],
            };
            BeamHypothesis best = BeamSearcher.Run(beams, prompt, options)[0];
            Assert.Equal(Ints(beam.GetProperty("ids")), best.Ids);
            Assert.InRange(best.Score - beam.GetProperty("sequence_score").GetDouble(), -golden.Tolerance, golden.Tolerance);
        }
    }

    private static Runtime Load(GoldenModel golden, string tier) =>
        Runtime.Load(golden.Directory, new ModelOptions { Kernels = tier, Exact = true, Threads = 2 });

    private static (int[] Prompt, int[]? Encoder) Prompt(GoldenModel golden, Runtime runtime, JsonElement greedy)
    {
        int[] ids = golden.Tensors.Int32s("input_ids");
        return runtime.Architecture is EncoderDecoderArchitecture a
            ? ([a.DecoderStartId ?? GenerationDefaults.Find(golden.Directory).DecoderStartId
                ?? throw new InvalidOperationException($"{golden.Name} names no start token")], ids)
            : (ids[..greedy.GetProperty("prompt_length").GetInt32()], null);
    }

    private static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetInt32())];
}
