using System.Text.Json.Nodes;
using Bloomery.Engine.Inference;
using Bloomery.Formats;
using Bloomery.Models;
using Bloomery.Models.Config;
using Bloomery.Tests.Formats;
using Bloomery.Tests.Models.Naive;
using static Bloomery.Tests.Models.TwoSidedModelTests;

namespace Bloomery.Tests.Models;

/// <summary>What checkpoints of BERT, RoBERTa and XLM-RoBERTa leave out, add, or say otherwise.</summary>
public sealed class BertOptionTests
{
    [Theory]
    [InlineData("bert", "bert.", null,
        "\"hidden_act\": \"gelu_new\", \"layer_norm_eps\": 1e-3, \"pad_token_id\": null, \"position_embedding_type\": \"absolute\"")]
    [InlineData("bert", "", null, "\"hidden_act\": \"gelu_new\", \"layer_norm_eps\": 1e-3, \"is_decoder\": false, \"position_embedding_type\": null")]
    [InlineData("roberta", "roberta.", 0, "\"hidden_act\": \"gelu_new\", \"layer_norm_eps\": 1e-3, \"pad_token_id\": 0")]
    public void Activation_and_epsilon_are_the_configurations(string type, string prefix, int? padding, string options)
    {
        NaiveWeights w = new();
        double[][] expected = new NaiveTwoSided(w) { Activation = NaiveMath.GeluTanh, BertEpsilon = 1e-3 }.Bert(prefix, Ids, null, padding);
        Check(w, $$"""{"model_type": "{{type}}", {{BertSizes}}, {{options}}}""", expected, r => r.LastHiddenState!);
    }

    [Theory]
    [InlineData("bert", "bert.", null), InlineData("xlm-roberta", "roberta.", 1), InlineData("roberta", "", 1)]
    public void Heads_of_other_tasks_and_buffers_are_not_needed(string type, string prefix, int? padding)
    {
        NaiveWeights w = new();
        double[][] expected = new NaiveTwoSided(w).Bert(prefix, Ids, null, padding);
        w.Put(prefix + "embeddings.position_ids", [1, 32], new float[32]);
        foreach (string name in (string[])["cls.predictions.bias", "cls.predictions.decoder.bias", "cls.predictions.transform.LayerNorm.gamma",
            "cls.seq_relationship.bias", "lm_head.bias", "lm_head.decoder.bias", "lm_head.layer_norm.weight",
            "classifier.bias", "classifier.out_proj.bias", "qa_outputs.bias"]) w.Vector(name, 20);
        Check(w, $$"""{"model_type": "{{type}}", {{BertSizes}}, "tie_word_embeddings": false}""", expected, r => r.LastHiddenState!);
    }

    [Fact]
    public void One_type_is_enough()
    {
        NaiveWeights w = new();
        double[][] expected = new NaiveTwoSided(w).Bert("roberta.", Ids, null, 1);
        w.Put("roberta.embeddings.token_type_embeddings.weight", [1, 16], w.Table("roberta.embeddings.token_type_embeddings.weight", 2, 16)[..16]);
        Check(w, $$"""{"model_type": "xlm-roberta", {{BertSizes.Replace("\"type_vocab_size\": 2",
            "\"type_vocab_size\": 1")}}}""", expected, r => r.LastHiddenState!);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void The_pooler_may_be_absent(bool pooler)
    {
        using TemporaryDirectory directory = new();
        NaiveWeights w = new();
        double[][] states = new NaiveTwoSided(w).Bert("bert.", Ids, null, null);
        if (pooler)
            states = NaiveMath.Map(NaiveMath.Linear(states, w.Matrix("bert.pooler.dense.weight", 16, 16), w.Vector("bert.pooler.dense.bias", 16)), Math.Tanh);
        w.Save(directory.Path, $$"""{"model_type": "bert", {{BertSizes}}}""");
        using Runtime runtime = NaiveModelTests.Load(directory.Path, "reference");
        float[]? pooled = new ForwardPass(runtime).Run([new ForwardRow(Ids)])[0].PoolerOutput;
        if (pooler) NaiveModelTests.AssertClose([states[0]], pooled, "pooled");
        else Assert.Null(pooled);
    }

    [Theory]
    [InlineData("\"position_embedding_type\": \"relative_key\"", "position_embedding_type"),
        InlineData("\"position_embedding_type\": \"relative_key_query\"", "position_embedding_type"), InlineData("\"hidden_act\": \"mish\"", "hidden_act")]
    public void Other_positions_and_activations_are_refused(string option, string named)
    {
        foreach (string type in (string[])["bert", "roberta", "xlm-roberta"])
        {
            JsonObject json = JsonNode.Parse($$"""{"model_type": "{{type}}", {{BertSizes}}, {{option}}}""")!.AsObject();
            Assert.Equal(named, Assert.Throws<ModelFormatException>(() => LoadedModel.MakeArchitecture(new ModelConfig("config.json", json))).Subject);
        }
    }

    [Fact]
    public void Cross_attention_is_refused()
    {
        using TemporaryDirectory directory = new();
        NaiveWeights w = new();
        new NaiveTwoSided(w).Bert("bert.", Ids, null, null);
        w.Vector("bert.encoder.layer.0.crossattention.self.query.bias", 16);
        w.Save(directory.Path, $$"""{"model_type": "bert", {{BertSizes}}, "is_decoder": true, "add_cross_attention": true}""");
        Assert.Contains("cross", Assert.Throws<ModelFormatException>(() => NaiveModelTests.Load(directory.Path, "reference")).Message);
    }
}
