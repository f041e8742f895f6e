using System.Text.Json;
using Bloomery.Engine;
using Bloomery.Engine.BeamSearch;
using Bloomery.Engine.Generation;
using Bloomery.Engine.Inference;
using Bloomery.Engine.Stopping;

namespace Bloomery.Tests.Engine;

/// <summary>The public door with ids: small golden models, one a test.</summary>
public sealed class ModelTests
{
    private static readonly GenerationOptions Greedy = new() { Temperature = 0, IgnoreEos = true, MaxTokens = 32 };

    [SkippableTheory]
    [InlineData("llama")]
    [InlineData("bloom")]
    [InlineData("t5")]
    [InlineData("bart")]
    public void Generates_the_reference_ids_without_a_tokenizer(string name)
    {
        SmallModels.NeedGolden(name);
        using Model model = SmallModels.LoadGolden(name);
        (int[] prompt, int[] expected) = SmallModels.Greedy(name);
        GenerationResult result = model.Generate(prompt, Greedy);
        Assert.Equal(expected, result.Ids);
        Assert.Equal(prompt, result.PromptIds);
        Assert.Equal(FinishReason.Length, result.FinishReason);
        if (name is "t5" or "bart") Assert.False(model.HasTokenizer);
        if (!model.HasTokenizer) Assert.Equal("", result.Text);
    }

    [SkippableTheory]
    [InlineData("llama")]
    [InlineData("t5")]
    public void Beams_find_the_reference_text(string name)
    {
        SmallModels.NeedGolden(name);
        using Model model = SmallModels.LoadGolden(name);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SmallModels.Golden(name), "golden.json")));
        JsonElement beam = json.RootElement.GetProperty("beam");
        (int[] prompt, _) = SmallModels.Greedy(name);
        int[] expected = [.. beam.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
        IReadOnlyList<BeamHypothesis> found = model.BeamSearch(prompt,
            new BeamOptions { NumBeams = 4, MaxNewTokens = expected.Length, EndIds = [], ReturnCount = 3 });
        Assert.Equal(expected, found[0].Ids);
        Assert.Equal(beam.GetProperty("sequence_score").GetDouble(), found[0].Score, 3);
        Assert.Equal(3, found.Count);
        Assert.True(found[0].Score >= found[1].Score && found[1].Score >= found[2].Score);
        Assert.Throws<ArgumentException>(() => model.BeamSearch([], new BeamOptions()));
        Assert.Throws<ArgumentException>(() => model.BeamSearch([model.VocabularySize], new BeamOptions()));
    }

    [SkippableTheory]
    [InlineData("llama")]
    [InlineData("bloom")]
    [InlineData("gpt_neox")]
    public void Computed_positions_go_beyond_the_context_when_asked_to(string name)
    {
        SmallModels.NeedGolden(name);
        using Model model = SmallModels.LoadGolden(name), longer = SmallModels.LoadGolden(name, model.ContextLength * 2);
        int[] ids = [.. Enumerable.Range(0, model.ContextLength + 9).Select(i => i * 7 % 200 + 3)];
        Assert.Throws<ArgumentException>(() => model.Generate(ids, Greedy));

        using Model reference = Model.Load(SmallModels.Golden(name), new ModelOptions { Kernels = "reference", ContextLength = model.ContextLength * 2 });
        float[] expected = reference.Forward([new ForwardRow(ids)])[0].Logits!, actual = longer.Forward([new ForwardRow(ids)])[0].Logits!;
        Assert.True(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max() < 1e-3f);
        Assert.Equal(32, longer.Generate(ids, Greedy).Ids.Length);
    }

    [SkippableTheory]
    [InlineData("gpt2")]
    [InlineData("opt")]
    [InlineData("bart")]
    public void Learned_positions_end_where_their_table_ends(string name)
    {
        SmallModels.NeedGolden(name);
        using Model model = SmallModels.LoadGolden(name);
        SmallModels.LoadGolden(name, model.ContextLength).Dispose();
        ArgumentException e = Assert.Throws<ArgumentException>(() => SmallModels.LoadGolden(name, model.ContextLength + 1));
        Assert.EndsWith($"the learned positions of {name} end at {model.ContextLength}", e.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_forward_pass_gives_what_the_text_is_chosen_from()
    {
        SmallModels.NeedGolden("llama");
        using Model model = SmallModels.LoadGolden("llama");
        (int[] prompt, int[] expected) = SmallModels.Greedy("llama");
        ForwardResult result = model.Forward([new ForwardRow([.. prompt, .. expected])], new ForwardOptions { HiddenStates = true })[0];
        Assert.Equal((prompt.Length + expected.Length) * model.VocabularySize, result.Logits!.Length);
        Assert.All(result.HiddenStates, state => Assert.Equal((prompt.Length + expected.Length) * model.HiddenSize, state.Length));
        for (int i = 0; i < expected.Length; i++)
        {
            Span<float> logits = result.Logits.AsSpan((prompt.Length - 1 + i) * model.VocabularySize, model.VocabularySize);
            Assert.Equal(expected[i], System.Numerics.Tensors.TensorPrimitives.IndexOfMax(logits));
        }
    }

    [SkippableFact]
    public void A_continued_sequence_gives_what_a_fresh_one_gives()
    {
        SmallModels.NeedGolden("llama");
        using Model model = SmallModels.LoadGolden("llama");
        (int[] prompt, _) = SmallModels.Greedy("llama");
        using Sequence sequence = new(model.Runtime);
        int[] first = Run(model, prompt, sequence);
        // Longer, the same, diverging in the middle, and shorter than what the sequence holds.
        int[][] prompts = [[.. prompt, .. first, 7], prompt, [.. prompt[..6], 9, 9, 9], prompt[..3]];
        foreach (int[] next in prompts)
        {
            int[] continued = Run(model, next, sequence);
            Assert.Equal(model.Generate(next, Greedy).Ids, continued);
        }
    }

    [SkippableFact]
    public void A_length_of_none_is_none_and_of_one_is_one()
    {
        SmallModels.NeedGolden("llama");
        using Model model = SmallModels.LoadGolden("llama");
        (int[] prompt, int[] expected) = SmallModels.Greedy("llama");
        GenerationResult none = model.Generate(prompt, Greedy with { MaxTokens = 0 });
        Assert.Empty(none.Ids);
        Assert.Equal(FinishReason.Length, none.FinishReason);
        Assert.Equal(expected[..1], model.Generate(prompt, Greedy with { MaxTokens = 1 }).Ids);
    }

    [SkippableFact]
    public void The_context_ends_a_text_when_it_is_full()
    {
        SmallModels.NeedGolden("llama");
        using Model model = SmallModels.LoadGolden("llama", contextLength: 20);
        (int[] prompt, int[] expected) = SmallModels.Greedy("llama");
        GenerationResult result = model.Generate(prompt, Greedy with { MaxTokens = null });
        // The last token needs no place of its own: nothing follows it.
        Assert.Equal(expected[..(20 - prompt.Length + 1)], result.Ids);
        Assert.Equal(FinishReason.Length, result.FinishReason);
        Assert.Throws<ArgumentException>(() => model.Generate([.. Enumerable.Repeat(5, 21)], Greedy));
        Assert.Single(model.Generate([.. Enumerable.Repeat(5, 20)], Greedy).Ids);
    }

    [SkippableFact]
    public void A_stop_id_ends_the_text_and_is_its_last_id()
    {
        SmallModels.NeedGolden("llama");
        using Model model = SmallModels.LoadGolden("llama");
        (int[] prompt, int[] expected) = SmallModels.Greedy("llama");
        GenerationResult result = model.Generate(prompt, Greedy with { StopIds = [expected[4]] });
        Assert.Equal(expected[..5], result.Ids);
        Assert.Equal(FinishReason.Stop, result.FinishReason);
    }

    [SkippableFact]
    public void A_seed_repeats_a_text_and_another_seed_does_not()
    {
        SmallModels.NeedGolden("llama");
        using Model model = SmallModels.LoadGolden("llama");
        (int[] prompt, _) = SmallModels.Greedy("llama");
        GenerationOptions sampled = Greedy with { Temperature = 1.5f, Seed = 11 };
        int[] ids = model.Generate(prompt, sampled).Ids;
        Assert.Equal(ids, model.Generate(prompt, sampled).Ids);
        Assert.NotEqual(ids, model.Generate(prompt, sampled with { Seed = 12 }).Ids);
        Assert.NotEqual(model.Generate(prompt, sampled with { Seed = null }).Ids, model.Generate(prompt, sampled with { Seed = null }).Ids);
    }

    [SkippableFact]
    public void What_cannot_be_done_is_refused_by_name()
    {
        SmallModels.NeedGolden("llama");
        using Model model = SmallModels.LoadGolden("llama");
        Assert.Contains("320", Assert.Throws<ArgumentException>(() => model.Generate([1, 320])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => model.Generate([-1]));
        Assert.Throws<ArgumentException>(() => model.Generate(Array.Empty<int>()));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Generate([1], new() { Temperature = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Generate([1], new() { MaxTokens = -1 }));
        Assert.Throws<ArgumentException>(() => model.Generate([1], new() { Stop = [""] }));
        Assert.Throws<ArgumentException>(() => model.Generate([1], new() { SoftPrompt = new float[3] }));
        Assert.Throws<ArgumentNullException>(() => model.Generate((int[])null!));
        Assert.Throws<ModelFormatException>(() => model.Generate("text"));
        // After all that, it still works.
        Assert.Single(model.Generate([1], Greedy with { MaxTokens = 1 }).Ids);
    }

    [SkippableFact]
    public void Encoders_generate_nothing()
    {
        SmallModels.NeedGolden("bert");
        using Model model = SmallModels.LoadGolden("bert");
        Assert.False(model.IsGenerative);
        Assert.Contains("encoder", Assert.Throws<NotSupportedException>(() => model.Generate([1])).Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Disposed_models_say_so()
    {
        SmallModels.NeedGolden("llama");
        Model model = SmallModels.LoadGolden("llama");
        model.Dispose();
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Generate([1]));
        Assert.Throws<ObjectDisposedException>(() => model.Begin([1]));
        Assert.Throws<ObjectDisposedException>(() => model.Embed(["a"]));
    }

    [Fact]
    public void Loading_what_is_not_there_or_no_model_says_what_to_do()
    {
        Assert.Contains("nowhere.gguf", Assert.Throws<FileNotFoundException>(() => Model.Load("nowhere.gguf")).Message, StringComparison.Ordinal);
        Assert.Contains("bloomery pull", Assert.Throws<FileNotFoundException>(() => Model.Load("hf:nobody/nothing")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Model.Load(" "));
        Assert.Throws<ArgumentNullException>(() => Model.Load(null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => Model.Load("x", new() { ContextLength = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Model.Load("x", new() { Threads = -1 }));

        string folder = Directory.CreateTempSubdirectory("bloomery-").FullName;
        try
        {
            string text = Path.Combine(folder, "model.gguf");
            File.WriteAllText(text, "this is no model");
            Assert.Equal(text, Assert.Throws<ModelFormatException>(() => Model.Load(text)).File);
            File.Delete(text);
            Assert.Contains(folder, Assert.Throws<ModelFormatException>(() => Model.Load(folder)).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [SkippableFact]
    public void A_continued_sequence_forgets_keys_of_other_frequencies()
    {
        SmallModels.NeedGolden("phi3-longrope");
        using Model model = SmallModels.LoadGolden("phi3-longrope");
        int original = model.Runtime.Architecture.Config.IntOr(0, "original_max_position_embeddings");
        int[] beyond = [.. Enumerable.Range(0, original + 3).Select(i => i * 7 % 200 + 3)], within = [.. beyond[..(original / 2)], 9];
        GenerationOptions options = Greedy with { MaxTokens = 2 };
        using Sequence sequence = new(model.Runtime);
        foreach (int[] prompt in (int[][])[beyond, within, beyond])
        {
            Run(model, prompt, sequence, options);
            using Sequence fresh = new(model.Runtime);
            Run(model, prompt, fresh, options);
            sequence.Truncate(prompt.Length);
            fresh.Truncate(prompt.Length);
            Assert.Equal(fresh.Append([5]).ToArray(), sequence.Append([5]).ToArray());
        }
    }

    [SkippableFact]
    public void An_encoder_takes_more_than_the_decoders_context()
    {
        SmallModels.NeedGolden("t5");
        using Model model = SmallModels.LoadGolden("t5", contextLength: 16), wide = SmallModels.LoadGolden("t5");
        int[] ids = [.. Enumerable.Range(0, 24).Select(i => i * 7 % 90 + 3)];
        BeamOptions options = new() { NumBeams = 3, MaxNewTokens = 8, EndIds = [] };
        Assert.Equal(wide.BeamSearch(ids, options)[0].Ids, model.BeamSearch(ids, options)[0].Ids);
        GenerationOptions few = Greedy with { MaxTokens = 8 };
        Assert.Equal(wide.Generate(ids, few).Ids, model.Generate(ids, few).Ids);
        Assert.Throws<ArgumentException>(() => model.Generate(Array.Empty<int>(), few));
    }

    [SkippableFact]
    public void A_soft_prompt_precedes_the_text_of_a_decoder()
    {
        SmallModels.NeedGolden("t5");
        using Model model = SmallModels.LoadGolden("t5");
        (int[] prompt, int[] plain) = SmallModels.Greedy("t5");
        float[] soft = [.. Enumerable.Range(0, 3 * model.HiddenSize).Select(i => (float)Math.Sin(i))];
        RowGeneration rows = new(model, new() { Temperature = 0, SoftPrompt = soft }) { MaxNewTokens = 32 };
        int[] expected = [.. rows.Run(prompt, null, CancellationToken.None).Ids];
        Assert.NotEqual(plain, expected);
        Assert.Equal(expected, model.Generate(prompt, Greedy with { SoftPrompt = soft }).Ids);
    }

    [SkippableTheory]
    [InlineData("llama")]
    [InlineData("t5")]
    [InlineData("bert")]
    public void A_forward_pass_refuses_what_it_cannot_take(string name)
    {
        SmallModels.NeedGolden(name);
        using Model model = SmallModels.LoadGolden(name, contextLength: 16);
        int[]? decoder = name == "t5" ? [0] : null;
        Assert.Throws<ArgumentException>(() => model.Forward([new ForwardRow([model.VocabularySize]) { DecoderIds = decoder }]));
        Assert.Throws<ArgumentException>(() => model.Forward([new ForwardRow([-1]) { DecoderIds = decoder }]));
        if (name == "t5") Assert.Throws<ArgumentException>(() => model.Forward([new ForwardRow([1])]));
        if (name == "t5") Assert.Throws<ArgumentException>(() => model.Forward([new ForwardRow([1]) { DecoderIds = [-1] }]));
        else Assert.Throws<ArgumentException>(() => model.Forward([new ForwardRow([1, 2]) { TokenTypes = [0] }]));
        Assert.Throws<ArgumentException>(() => model.Forward([new ForwardRow([1, 2]) { Mask = [1], DecoderIds = decoder }]));
        Assert.Throws<ArgumentException>(() => model.Forward([new ForwardRow([1]) { DecoderIds = decoder }], new ForwardOptions { SoftPrompt = new float[3] }));
        int[] tooLong = new int[17];
        Assert.Throws<ArgumentException>(() => model.Forward([name == "t5" ? new ForwardRow([1]) { DecoderIds = tooLong } : new ForwardRow(tooLong)]));
        Assert.Single(model.Forward([new ForwardRow([1]) { DecoderIds = decoder }]));
    }

    private static int[] Run(Model model, int[] prompt, Sequence sequence, GenerationOptions? options = null)
    {
        using TextGeneration generation = model.Begin(prompt, options ?? Greedy, () => sequence);
        while (generation.MoveNext(out _))
        {
        }
        return generation.Result.Ids;
    }
}
