using Bloomery.Engine;
using Bloomery.Engine.BeamSearch;
using Bloomery.Engine.Generation;
using Bloomery.Engine.Sampling;
using Bloomery.Formats;
using Bloomery.Tests.BeamSearch;
using Bloomery.Tests.Formats;
using Bloomery.Tests.Models;
using Bloomery.Tests.Models.Naive;

namespace Bloomery.Tests.Engine;

/// <summary>
/// What <c>generation_config.json</c> bans and forces, against a plain loop over a plain model: greedily, by beams, and through the public door.
/// </summary>
public sealed class GenerationConfigTests : IDisposable
{
    private const int Vocabulary = 20, Most = 9;
    private static readonly int[] Ids = [3, 7, 1, 4, 1, 1, 5, 9, 2, 6, 5, 3];
    private readonly TemporaryDirectory _directory = new();
    private readonly NaiveWeights _weights = new();

    public GenerationConfigTests() => new NaiveTwoSided(_weights).Bart(Ids, [2], "model.shared", "lm_head", finalBias: false, scale: 4);

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string> Advice() =>
    [
        "\"forced_bos_token_id\": 5, \"forced_eos_token_id\": 2", "\"forced_eos_token_id\": [2, 7]", "\"no_repeat_ngram_size\": 2",
        "\"no_repeat_ngram_size\": 1, \"min_length\": 6", "\"min_new_tokens\": 8",
        "\"encoder_no_repeat_ngram_size\": 1", "\"bad_words_ids\": [[13], [15, 15], [2]], \"suppress_tokens\": [4, 16]",
        "\"begin_suppress_tokens\": [6, 14, 17, 1]",
        "\"forced_bos_token_id\": 8, \"begin_suppress_tokens\": [6, 14, 15, 1]", "\"repetition_penalty\": 2.5", "\"encoder_repetition_penalty\": 3.0",
        "\"sequence_bias\": [[[6], -9.0], [[2, 14], 5.5]]", "\"exponential_decay_length_penalty\": [2, 3.0]",
    ];

    [Theory, MemberData(nameof(Advice))]
    public void Greedy_texts_are_those_of_a_plain_loop(string advice)
    {
        int end = End(advice);
        using Model model = Load($$"""{"decoder_start_token_id": 2, "eos_token_id": {{end}}, {{advice}}}""");
        List<int> expected = [];
        while (expected.Count < Most && !expected.Contains(end))
        {
            double[] scores = Process(model, Logits(expected), [.. expected]);
            expected.Add(Array.IndexOf(scores, scores.Max()));
        }
        List<int> plain = [];
        while (plain.Count < Most && !plain.Contains(end)) plain.Add(Array.IndexOf(Logits(plain), Logits(plain).Max()));
        Assert.NotEqual(plain, expected);
        Assert.Equal(expected, Rows(model, endIds: [end]).Run(Ids, null, CancellationToken.None).Ids);
        Assert.Equal(expected, model.Generate(Ids, new GenerationOptions { Temperature = 0, MaxTokens = Most }).Ids);
    }

    [Theory, MemberData(nameof(Advice))]
    public void Beams_are_those_of_a_plain_search(string advice)
    {
        int end = End(advice);
        using Model model = Load($$"""{"decoder_start_token_id": 2, "eos_token_id": {{end}}, {{advice}}}""");
        BeamOptions options = new() { NumBeams = 3, MaxNewTokens = Most, EndIds = [end] };
        (int[] ids, double score) = PlainBeamSearch.Run(text => Process(model, LogSoftmax(Logits(text)), text), options)[0];
        GeneratedRow row = Rows(model, beams: 3, endIds: [end]).Run(Ids, null, CancellationToken.None);
        Assert.Equal(ids, row.Ids);
        Assert.Equal(score, row.Score!.Value, 1e-3);
    }

    [Theory]
    [InlineData(null, "\"forced_eos_token_id\": 7", true, 7), InlineData(null, "\"forced_eos_token_id\": null", true, null),
        InlineData(null, "\"forced_bos_token_id\": 4", true, 2)]
    [InlineData("{}", "\"forced_eos_token_id\": 7", true, null), InlineData("""{"forced_eos_token_id": 9}""", "\"forced_eos_token_id\": 7", true, 9),
        InlineData("""
        {"forced_eos_token_id": 9}
        """, "\"x\": 0", false, null)]
    public void Where_forced_ends_come_from(string? advice, string config, bool ends, int? forced)
    {
        using Model model = Load(advice, config);
        IReadOnlyList<int> ids = Rows(model, endIds: ends ? [19] : []).Run(Ids, null, CancellationToken.None).Ids;
        if (forced is { } last) Assert.Equal(last, ids[Most - 1]);
        else Assert.DoesNotContain(ids[Most - 1], (int[])[7, 9, 2]);
    }

    [Theory]
    [InlineData(null, "\"decoder_start_token_id\": 11", 11), InlineData("""{"decoder_start_token_id": 12}""", "\"decoder_start_token_id\": 11", 12)]
    [InlineData("""{"bos_token_id": 13}""", "\"decoder_start_token_id\": null", 13),
        InlineData(null, "\"decoder_start_token_id\": null, \"bos_token_id\": 14", 14), InlineData(null, "\"decoder_start_token_id\": null", null)]
    public void Where_the_first_id_comes_from(string? advice, string config, int? expected)
    {
        using Model model = Load(advice, config);
        Assert.Equal(expected, model.DecoderStartId);
    }

    [Fact]
    public void Old_checkpoints_say_it_in_their_configuration()
    {
        using Model model = Load(null, "\"force_bos_token_to_be_generated\": true, \"bos_token_id\": 6, \"min_length\": 5, \"no_repeat_ngram_size\": 3");
        Assert.Equal((6, 5, 3), (model.Defaults.Sampling.ForcedBosId, model.Defaults.MinLength, model.Defaults.Sampling.NoRepeatNgramSize));
        Assert.Equal(6, Rows(model).Run(Ids, null, CancellationToken.None).Ids[0]);
    }

    [Theory]
    [InlineData("\"guidance_scale\": 1.5", "guidance_scale"), InlineData("\"force_words_ids\": [[3]]", "force_words_ids"),
        InlineData("\"stop_strings\": [\"x\"]", "stop_strings")]
    public void What_is_not_supported_is_refused_when_it_matters(string advice, string named)
    {
        using Model model = Load($"{{{advice}}}"); // logits need none of it
        Assert.Equal(named, Assert.Throws<ModelFormatException>(() => Rows(model).Run(Ids, null, CancellationToken.None)).Subject);
        Assert.Equal(named, Assert.Throws<ModelFormatException>(() => model.Generate(Ids, new GenerationOptions { MaxTokens = 1 })).Subject);
    }

    [Theory]
    [InlineData("\"guidance_scale\": 1.0, \"force_words_ids\": null, \"constraints\": null, \"bad_words_ids\": null, \"sequence_bias\": null")]
    public void What_is_neutral_is_not(string advice)
    {
        using Model model = Load($"{{{advice}}}");
        Assert.Equal(Most, Rows(model, endIds: []).Run(Ids, null, CancellationToken.None).Ids.Count);
    }

    [Fact]
    public void A_least_length_of_the_model_yields_to_a_shorter_request()
    {
        using Model model = Load("""{"min_new_tokens": 30, "eos_token_id": 2}""");
        Assert.Equal(4, model.Generate(Ids, new GenerationOptions { MaxTokens = 4, Temperature = 0 }).Ids.Length);
    }

    [Fact]
    public void Damaged_advice_is_refused_before_the_weights_are_read()
    {
        Load("{}").Dispose();
        File.WriteAllText(_directory.Of("generation_config.json"), "{");
        bool begun = false;
        ModelOptions options = new() { Threads = 1, Kernels = "reference", Progress = new Immediate(() => begun = true) };
        Assert.Throws<ModelFormatException>(() => Model.Load(_directory.Path, options));
        Assert.False(begun);
        File.WriteAllText(_directory.Of("generation_config.json"), "{}");
        Model.Load(_directory.Path, options).Dispose();
        Assert.True(begun);
    }

    [Fact]
    public void Old_keys_do_not_matter_where_there_is_a_file_of_advice()
    {
        using Model model = Load("{}", "\"bad_words_ids\": 7, \"eos_token_id\": 19");
        Assert.Equal([19], model.EndIds);
        Assert.Equal(Most, model.Generate(Ids, new GenerationOptions { Temperature = 0, MaxTokens = Most, IgnoreEos = true }).Ids.Length);
    }

    private sealed class Immediate(Action report) : IProgress<double>
    {
        public void Report(double value) => report();
    }

    /// <summary>An end that the plain text reaches soon, where the advice is about least lengths.</summary>
    private static int End(string advice) => advice.Contains("min_", StringComparison.Ordinal) ? 15 : 2;

    private Model Load(string? advice, string config = "\"x\": 0")
    {
        _weights.Save(_directory.Path, $$"""
            {"model_type": "bart", {{TwoSidedModelTests.BartSizes}}, "scale_embedding": true, "tie_word_embeddings": false, {{config}}}
            """);
        if (advice is not null) File.WriteAllText(_directory.Of("generation_config.json"), advice);
        return Model.Load(_directory.Path, new ModelOptions { Exact = true, Threads = 1, Kernels = "reference" });
    }

    private static RowGeneration Rows(Model model, int beams = 1, int[]? endIds = null) =>
        new(model, new GenerationOptions { Temperature = 0 }) { MaxNewTokens = Most, Beams = beams, EndIds = endIds ?? [2] };

    private double[] Logits(IEnumerable<int> generated) =>
        new NaiveTwoSided(_weights).Bart(Ids, [2, .. generated], "model.shared", "lm_head", finalBias: false, scale: 4)[^1];

    private static double[] LogSoftmax(double[] z) => [.. z.Select(v => v - z.Max() - Math.Log(z.Sum(u => Math.Exp(u - z.Max()))))];

    /// <summary>The reference library's processors in their order, for a text that began with token 2.</summary>
    private static double[] Process(Model model, double[] z, int[] generated)
    {
        (GenerationDefaults d, SamplingOptions f) = (model.Defaults, model.Defaults.Sampling);
        float encoderPenalty = f.EncoderRepetitionPenalty ?? 1, penalty = f.RepetitionPenalty ?? 1, decay = f.LengthDecayFactor ?? 1;
        int decayStart = f.LengthDecayStart ?? 0, minTokens = f.MinTokens ?? 0;
        int[] text = [2, .. generated];
        int next = text.Length, end = d.EndIds[0];
        double[] s = [.. z];
        void Ban(IEnumerable<int> which)
        {
            foreach (int id in which) s[id] = double.NegativeInfinity;
        }
        foreach (TokenSequenceBias bias in f.SequenceBias ?? [])
            if (text.AsSpan().EndsWith(bias.Ids.AsSpan(..^1))) s[bias.Ids[^1]] += bias.Bias;
        foreach (int id in Ids.Distinct()) s[id] = s[id] < 0 ? s[id] / encoderPenalty : s[id] * encoderPenalty;
        foreach (int id in text.Distinct()) s[id] = s[id] < 0 ? s[id] * penalty : s[id] / penalty;
        Ban(Followers(text, text, f.NoRepeatNgramSize ?? 0));
        Ban(Followers(Ids, text, f.EncoderNoRepeatNgramSize ?? 0));
        foreach (int[] word in (f.BadWords ?? []).Where(w => w is not [var only] || only != end))
            if (text.AsSpan().EndsWith(word.AsSpan(..^1))) Ban([word[^1]]);
        if (next < Math.Max(d.MinLength, minTokens > 0 ? minTokens + 1 : 0)) Ban([end]);
        if (next == 1 && f.ForcedBosId is { } bos) s = [.. s.Select((_, id) => id == bos ? 0 : double.NegativeInfinity)];
        if (next == Most && f.ForcedEosIds is { Count: > 0 } forced) s = [.. s.Select((_, id) => forced.Contains(id) ? 0 : double.NegativeInfinity)];
        if (decay != 1 && next > decayStart + 1) s[end] += Math.Abs(s[end]) * (Math.Pow(decay, next - decayStart - 1) - 1);
        Ban(f.SuppressedIds ?? []);
        if (next == (f.ForcedBosId is null ? 1 : 2)) Ban(f.BeginSuppressedIds ?? []);
        return s;
    }

    private static IEnumerable<int> Followers(int[] source, int[] text, int size)
    {
        if (size == 0 || text.Length < size - 1) yield break;
        for (int i = 0; i + size <= source.Length; i++)
            if (text.AsSpan().EndsWith(source.AsSpan(i, size - 1))) yield return source[i + size - 1];
    }
}
