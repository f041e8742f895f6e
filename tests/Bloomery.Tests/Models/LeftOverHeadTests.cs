using Bloomery.Engine.Inference;
using Bloomery.Formats;
using Bloomery.Models;
using Bloomery.Conversion;
using Bloomery.Numerics.Kernels;
using Bloomery.Tests.Cli;
using Bloomery.Tests.Formats;
using Bloomery.Tests.Models.Naive;

namespace Bloomery.Tests.Models;

/// <summary>
/// Heads that training or another task left beside a model are passed over with a warning, as the reference library does; what is missing, and what lies
/// within the model, stays an error.
/// </summary>
public sealed class LeftOverHeadTests
{
    private static readonly int[] Ids = [3, 1, 4, 1, 5];
    private const string Llama = """
        {"model_type": "llama", "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 24, "vocab_size": 20}
        """;

    [Theory]
    [InlineData("v_head.summary.weight", "v_head.summary.bias"), InlineData("score.weight"), InlineData("reward_model_head.weight")]
    [InlineData("classifier.dense.weight", "classifier.out_proj.weight")]
    [InlineData("multiple_choice_head.summary.bias"), InlineData("value_head.0.weight", "value_head.2.weight")]
    public void A_model_with_a_head_of_training_answers_as_without_it(params string[] heads)
    {
        NaiveWeights weights = new();
        double[][] expected = NaiveCases.Llama.Logits(weights, Ids);
        foreach (string head in heads) weights.Vector(head, 16);
        using TemporaryDirectory directory = new();
        weights.Save(directory.Path, Llama);
        using Runtime runtime = NaiveModelTests.Load(directory.Path, "reference");
        NaiveModelTests.AssertClose(expected, new ForwardPass(runtime).Run([new ForwardRow(Ids)])[0].Logits, "with a head");
        string warning = Assert.Single(runtime.Model.Warnings);
        Assert.StartsWith(directory.Path, warning);
        foreach (string head in heads) Assert.Contains(head, warning);
        Assert.DoesNotContain('\n', warning);
    }

    [Fact]
    public void A_model_without_one_has_nothing_to_warn_of()
    {
        NaiveWeights weights = new();
        NaiveCases.Llama.Logits(weights, Ids);
        using TemporaryDirectory directory = new();
        weights.Save(directory.Path, Llama);
        using Runtime runtime = NaiveModelTests.Load(directory.Path, "reference");
        Assert.Empty(runtime.Model.Warnings);
    }

    [Theory]
    [InlineData("score.weight", true), InlineData("v_head.weight", true), InlineData("mystery.weight", false), InlineData("embed_positions.weight", false)]
    public void In_a_file_without_prefix_only_the_name_tells(string name, bool head)
    {
        NaiveWeights weights = new();
        NaiveCases.Llama.Logits(weights, Ids);
        foreach (string own in weights.Names.ToArray())
            if (own.StartsWith("model.", StringComparison.Ordinal)) weights.Rename(own, own["model.".Length..]);
        weights.Vector(name, 16);
        using TemporaryDirectory directory = new();
        weights.Save(directory.Path, Llama);
        if (head) Load(directory.Path).Dispose();
        else Assert.Contains(name, Assert.Throws<ModelFormatException>(() => Load(directory.Path)).Message);
    }

    [Theory]
    [InlineData("model.embed_positions.weight"), InlineData("model.layers.0.self_attn.sinks"), InlineData("layers.0.mlp.gate.weight")]
    [InlineData("lm_head.bias"), InlineData("norm.bias")]
    public void What_lies_within_the_model_stays_an_error(string name)
    {
        NaiveWeights weights = new();
        NaiveCases.Llama.Logits(weights, Ids);
        weights.Vector(name, 16);
        using TemporaryDirectory directory = new();
        weights.Save(directory.Path, Llama);
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => Load(directory.Path));
        Assert.Contains(name, e.Message);
    }

    [Fact]
    public void A_head_in_the_place_of_the_models_own_leaves_that_missing()
    {
        NaiveWeights weights = new();
        NaiveCases.Llama.Logits(weights, Ids);
        weights.Rename("lm_head.weight", "score.weight");
        using TemporaryDirectory directory = new();
        weights.Save(directory.Path, Llama);
        Assert.Contains("lm_head.weight: the file lacks this tensor", Assert.Throws<ModelFormatException>(() => Load(directory.Path)).Message);
    }

    [Fact]
    public void The_program_says_it_once_and_a_conversion_too()
    {
        NaiveWeights weights = new();
        NaiveCases.Llama.Logits(weights, Ids);
        weights.Vector("v_head.summary.weight", 16);
        using TemporaryDirectory directory = new();
        weights.Save(directory.Of("model"), Llama);
        File.WriteAllText(directory.Of("ids.json"), """{"input_ids": [[3, 1, 4]]}""");
        string[] command = ["logits", directory.Of("model"), "--ids-file", directory.Of("ids.json"), "--out", directory.Of("out.safetensors")];
        CliRun run = CliRun.Of(command).Expect(0);
        Assert.StartsWith("bloomery: warning: ", run.ErrorLine);
        Assert.Contains("v_head.summary.weight", run.ErrorLine);
        Assert.Empty(CliRun.Of([.. command, "--quiet"]).Expect(0).Error);

        List<string> notes = [];
        ModelConverter.Convert(directory.Of("model"), directory.Of("model.gguf"), new ConversionOptions { Threads = 1, Warn = notes.Add });
        Assert.Contains(notes, note => note.Contains("v_head.summary.weight", StringComparison.Ordinal));
    }

    private static LoadedModel Load(string path) => LoadedModel.Load(path, KernelTiers.Detect("reference").Kernels);
}
