using System.Text.Json.Nodes;
using Bloomery.Conversion;
using Bloomery.Engine.Inference;
using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Safetensors;
using Bloomery.Golden.Models;
using Bloomery.TestSupport;

namespace Bloomery.Golden.Conversion;

/// <summary>Every checkpoint of golden/models rewritten as GGUF and back: the answers stay the reference library's.</summary>
public sealed class ConversionGoldenTests : IDisposable
{
    // Folder, and what of its configuration GGUF cannot say.
    private static readonly Dictionary<string, string> Refused = new()
    {
        ["bart"] = "model_type", ["t5"] = "max_distance", ["opt"] = "model_type", ["opt-postnorm"] = "model_type", ["gptj"] = "model_type",
        ["codegen"] = "model_type", ["persimmon"] = "model_type",
        ["falcon-alibi"] = "attention", ["smollm3"] = "rotated", ["gemma2"] = "attention.scale", ["gemma3"] = "attention.scale",
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bloomery-convert-");

    public void Dispose() => _folder.Delete(recursive: true);

    public static TheoryData<string> Names() => [.. GoldenModel.Names.Where(n => !Refused.ContainsKey(n))];

    public static TheoryData<string> RefusedNames() => [.. GoldenModel.Names.Where(Refused.ContainsKey)];

    public static TheoryData<string> Twins() => [.. GoldenModel.Names.Where(n => File.Exists(Path.Combine(TestPaths.Golden, "models", n, "model.gguf")))];

    [Fact]
    public void Models_are_found() => Assert.True(TestPaths.IsComplete ? Names().Count >= 20 && Twins().Count >= 10 : Names().Count >= 4 && Twins().Count >= 2);

    [Theory, MemberData(nameof(Names))]
    public void Gguf_gives_the_same_answers(string name)
    {
        GoldenModel golden = GoldenModel.Load(name);
        string file = ToGguf(golden.Directory);
        Check(golden, file);
    }

    [Theory, MemberData(nameof(Names))]
    public void Safetensors_made_of_gguf_give_the_same_answers(string name)
    {
        GoldenModel golden = GoldenModel.Load(name);
        string directory = Path.Combine(_folder.FullName, "back");
        ModelConverter.Convert(ToGguf(golden.Directory), directory, new ConversionOptions { Types = TypeRecipe.Parse("f32"), Threads = 2 });
        Check(golden, directory);
        using SafetensorsFile before = SafetensorsFile.OpenModel(golden.Directory), after = SafetensorsFile.OpenModel(directory);
        foreach (TensorInfo tensor in after.Tensors.Values)
        {
            // RoBERTa's unused positions and its head are not in GGUF; bloom-noprefix gets the prefix.
            if (name == "xlm-roberta" && tensor.Name.Contains("position_embeddings", StringComparison.Ordinal)) continue;
            string old = before.Tensors.Keys.First(k => k == tensor.Name || tensor.Name == "transformer." + k
                || k.EndsWith("." + tensor.Name, StringComparison.Ordinal));
            Assert.Equal(string.Join(',', before.Tensor(old).Shape), string.Join(',', tensor.Shape));
            float[] expected = before.Dequantize(before.Tensor(old)), actual = after.Dequantize(tensor);
            for (int i = 0; i < expected.Length; i++)
                Assert.True(Math.Abs(expected[i] - actual[i]) <= 2.5e-7f, $"{name}: {tensor.Name}[{i}] is {actual[i]}, not {expected[i]}");
        }
    }

    [Theory, MemberData(nameof(RefusedNames))]
    public void What_gguf_cannot_say_is_refused(string name)
    {
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => ToGguf(GoldenModel.Load(name).Directory));
        Assert.StartsWith(Refused[name], e.Subject, StringComparison.Ordinal);
        Assert.Empty(_folder.GetFiles());
    }

    [Theory, MemberData(nameof(Twins))]
    public void Tensors_are_those_of_the_twin(string name)
    {
        GoldenModel golden = GoldenModel.Load(name);
        using GgufFile expected = GgufFile.Open(Path.Combine(golden.Directory, "model.gguf")), actual = GgufFile.Open(ToGguf(golden.Directory));
        Assert.Equal(expected.Tensors.Keys.Order(), actual.Tensors.Keys.Order());
        foreach (TensorInfo tensor in expected.Tensors.Values)
        {
            TensorInfo other = actual.Tensors[tensor.Name];
            Assert.Equal((tensor.Name, string.Join(',', tensor.Shape), tensor.Format.Name), (other.Name, string.Join(',', other.Shape), other.Format.Name));
            if (tensor.Name == "rope_freqs.weight")
                Assert.All(expected.Dequantize(tensor).Zip(actual.Dequantize(other)), p => Assert.Equal(p.First, p.Second, 1e-5f * p.First));
            else Assert.True(expected.Bytes(tensor).SequenceEqual(actual.Bytes(other)), $"{name}: {tensor.Name} differs");
        }
    }

    [Theory, MemberData(nameof(Twins))]
    public void Keys_are_those_of_the_twin(string name)
    {
        GoldenModel golden = GoldenModel.Load(name);
        using GgufFile expected = GgufFile.Open(Path.Combine(golden.Directory, "model.gguf")), actual = GgufFile.Open(ToGguf(golden.Directory));
        string architecture = expected.Metadata.Get<string>("general.architecture");
        foreach (string key in expected.Metadata.Keys.Where(k => k.StartsWith(architecture + ".", StringComparison.Ordinal)))
        {
            if (key.EndsWith(".sliding_window", StringComparison.Ordinal) && expected.Metadata.Get<int>(key) == 0) continue; // says that there is none
            if (key == "bloom.context_length") continue; // not in the checkpoint
            Assert.True(actual.Metadata.Contains(key), $"{name}: {key} is missing");
            Assert.Equal(Text(expected.Metadata, key), Text(actual.Metadata, key));
        }
    }

    [SkippableTheory]
    [InlineData("t5", "relative_attention_max_distance", 128)]
    [InlineData("gemma2", "query_pre_attn_scalar", 16)]
    [InlineData("gemma3", "query_pre_attn_scalar", 16)]
    [InlineData("mistral", "sliding_window", null)]
    [InlineData("smollm3", "no_rope_layers", null)]
    public void A_model_whose_option_is_changed_to_what_gguf_can_say_goes_there_and_back(string name, string key, int? value)
    {
        TestPaths.NeedsGolden($"models/{name}");
        GoldenModel golden = GoldenModel.Load(name);
        string changed = _folder.CreateSubdirectory("changed").FullName;
        JsonObject config = (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(golden.Directory, "config.json")))!;
        config[key] = value;
        if (name == "smollm3") config["no_rope_layer_interval"] = 4;
        File.WriteAllText(Path.Combine(changed, "config.json"), config.ToJsonString());
        foreach (string file in Directory.GetFiles(golden.Directory, "model*.safetensors*"))
            File.CreateSymbolicLink(Path.Combine(changed, Path.GetFileName(file)), file);
        string gguf = ToGguf(changed), back = Path.Combine(_folder.FullName, "back");
        ModelConverter.Convert(gguf, back, new ConversionOptions { Types = TypeRecipe.Parse("f32"), Threads = 1 });
        float[] expected = Answer(golden, changed);
        golden.AssertClose(expected, Answer(golden, gguf), "logits of the GGUF file");
        golden.AssertClose(expected, Answer(golden, back), "logits of the safetensors made of it");
    }

    private static float[] Answer(GoldenModel golden, string path)
    {
        using Runtime runtime = Runtime.Load(path, new ModelOptions { Exact = true, Threads = 1 });
        GoldenTensors t = golden.Tensors;
        return new ForwardPass(runtime)
            .Run([new ForwardRow(t.Int32s("input_ids")) { DecoderIds = t.Contains("decoder_input_ids") ? t.Int32s("decoder_input_ids") : null }])[0].Logits!;
    }

    private static string Text(GgufMetadata meta, string key) => $"{key} {meta.TypeOf(key)} " + meta.TypeOf(key) switch
    {
        GgufValueType.String => meta.Get<string>(key),
        GgufValueType.Bool => meta.Get<bool>(key).ToString(),
        _ => meta.Get<double>(key).ToString("r"),
    };

    private string ToGguf(string from)
    {
        string to = Path.Combine(_folder.FullName, "model.gguf");
        ModelConverter.Convert(from, to, new ConversionOptions { Types = TypeRecipe.Parse("f32"), Threads = 2 });
        return to;
    }

    private static void Check(GoldenModel golden, string path)
    {
        using Runtime runtime = Runtime.Load(path, new ModelOptions { Exact = true, Threads = 1 });
        GoldenTensors t = golden.Tensors;
        if (golden.Name == "phi3-longrope")
        {
            ForwardResult late = new ForwardPass(runtime).Run([new ForwardRow(t.Int32s("long_input_ids"))])[0];
            golden.AssertClose(t.Floats("long_last_logits"), late.Logits.AsSpan()[^golden.Vocabulary..], "long_last_logits");
        }
        int[] ids = t.Int32s("input_ids");
        int length = Math.Min(ids.Length, runtime.Model.Architecture.ContextLength); // mistral: up to its window
        ForwardRow row = new(ids[..length]) { TokenTypes = t.Contains("token_type_ids") ? t.Int32s("token_type_ids") : null };
        ForwardResult result = new ForwardPass(runtime).Run([row])[0];
        string what = golden.Kind == "causal" ? "logits" : "last_hidden_state";
        float[] actual = (what == "logits" ? result.Logits : result.LastHiddenState)!;
        golden.AssertClose(t.Floats(what)[..actual.Length], actual, what);
    }
}
