using System.Text.Json.Nodes;
using Bloomery.Conversion;
using Bloomery.Engine.Inference;
using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Safetensors;
using Bloomery.Golden.Models;
using Bloomery.TestSupport;

namespace Bloomery.Golden.Conversion;

/// <summary>What llama.cpp asks of the files that this engine writes.</summary>
public sealed class GgufForOthersTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bloomery-others-");
    private readonly List<string> _notes = [];

    public void Dispose() => _folder.Delete(recursive: true);

    [SkippableTheory]
    [InlineData("olmo2", true)]
    [InlineData("stablelm", true)]
    [InlineData("gpt_neox", true)]
    [InlineData("qwen2_moe", true)]
    [InlineData("qwen3_moe", false)]
    [InlineData("llama", false)]
    public void A_tied_head_is_stored_where_it_is_asked_for(string name, bool stored)
    {
        string changed = Change(name, c => c["tie_word_embeddings"] = true, without: tensor => tensor is "lm_head.weight" or "embed_out.weight");
        using GgufFile file = GgufFile.Open(Convert(changed));
        Assert.Equal(stored, file.Tensors.ContainsKey("output.weight"));
        if (stored) Assert.True(file.Bytes(file.Tensor("output.weight")).SequenceEqual(file.Bytes(file.Tensor("token_embd.weight"))));
        Assert.Equal(Answer(name, changed), Answer(name, file.Path));
        Assert.DoesNotContain(_notes, n => n.Contains("llama.cpp", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void Divisors_that_a_reader_does_not_know_are_told_of()
    {
        string changed = Change("qwen2", c => c["rope_parameters"] = JsonNode.Parse("""
            {"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 32}
            """));
        Assert.Equal(Answer("qwen2", changed), Answer("qwen2", Convert(changed)), new Near(1e-4f));
        Assert.Contains("llama.cpp will not read the new file: it knows no rope_freqs.weight in the architecture 'qwen2'", _notes);
    }

    [SkippableFact]
    public void A_factor_of_rotation_beyond_yarns_own_is_kept()
    {
        string changed = Change("mistral", c =>
        {
            c["sliding_window"] = null;
            c["rope_parameters"] = JsonNode.Parse("""
                {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 64, "attention_factor": 1.4}
                """);
        });
        string to = Convert(changed);
        using (GgufFile file = GgufFile.Open(to)) Assert.Equal(1.4 / (1 + 0.1 * Math.Log(4)),
            file.Metadata.Get<double>("llama.rope.scaling.attn_factor"), 1e-6);
        Assert.Equal(Answer("mistral", changed), Answer("mistral", to), new Near(1e-4f));
    }

    [SkippableFact]
    public void Keys_that_a_reader_overlooks_are_told_of()
    {
        TestPaths.NeedsGolden("models/deepseek_v3-yarn");
        Convert(GoldenModel.Load("deepseek_v3-yarn").Directory);
        Assert.Contains("llama.cpp does not look at the key deepseek2.rope.scaling.yarn_beta_fast, and will compute something else", _notes);
    }

    [SkippableTheory]
    [InlineData("full_attention", "sliding_attention", "full_attention")]
    [InlineData("sliding_attention", "sliding_attention", "sliding_attention")]
    [InlineData("full_attention", "full_attention", "full_attention")]
    public void Any_order_of_layers_with_windows_is_kept(params string[] types)
    {
        string changed = Change("gemma3", c =>
        {
            c["query_pre_attn_scalar"] = (int)c["head_dim"]!;
            c["layer_types"] = new JsonArray([.. types.Select(t => (JsonNode)t)]);
        });
        string to = Convert(changed), back = Path.Combine(_folder.FullName, "back");
        Assert.Equal(Answer("gemma3", changed), Answer("gemma3", to));
        ModelConverter.Convert(to, back, new ConversionOptions { Types = TypeRecipe.Parse("f32"), Threads = 1 });
        Assert.Equal(Answer("gemma3", to), Answer("gemma3", back), new Near(1e-4f));
    }

    [SkippableFact]
    public void The_rank_of_queries_is_stated_even_where_there_is_none()
    {
        TestPaths.NeedsGolden("models/deepseek_v3-yarn");
        using GgufFile file = GgufFile.Open(Convert(GoldenModel.Load("deepseek_v3-yarn").Directory));
        Assert.Equal(0, file.Metadata.Get<int>("deepseek2.attention.q_lora_rank"));
    }

    private string Change(string name, Action<JsonObject> change, Func<string, bool>? without = null)
    {
        TestPaths.NeedsGolden($"models/{name}");
        string from = GoldenModel.Load(name).Directory, to = _folder.CreateSubdirectory("changed").FullName;
        JsonObject config = (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(from, "config.json")))!;
        change(config);
        File.WriteAllText(Path.Combine(to, "config.json"), config.ToJsonString());
        using SafetensorsFile file = SafetensorsFile.OpenModel(from);
        SafetensorsWriter writer = new();
        foreach (TensorInfo tensor in file.Tensors.Values.Where(t => without?.Invoke(t.Name) != true))
            writer.Add(tensor.Name, tensor.Format, tensor.Shape, file.Bytes(tensor).ToArray());
        writer.Save(Path.Combine(to, "model.safetensors"));
        return to;
    }

    private string Convert(string from)
    {
        string to = Path.Combine(_folder.FullName, "model.gguf");
        ModelConverter.Convert(from, to, new ConversionOptions { Types = TypeRecipe.Parse("f32"), Threads = 1, Warn = _notes.Add });
        return to;
    }

    private static float[] Answer(string name, string path)
    {
        using Runtime runtime = Runtime.Load(path, new ModelOptions { Exact = true, Threads = 1 });
        return new ForwardPass(runtime).Run([new ForwardRow(GoldenModel.Load(name).Tensors.Int32s("input_ids"))])[0].Logits!;
    }

    private sealed class Near(float tolerance) : IEqualityComparer<float>
    {
        public bool Equals(float x, float y) => Math.Abs(x - y) <= tolerance;

        public int GetHashCode(float value) => 0;
    }
}
