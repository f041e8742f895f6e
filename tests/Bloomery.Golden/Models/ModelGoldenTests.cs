using Bloomery.Engine.Inference;
using Bloomery.Numerics.Kernels;
using Bloomery.TestSupport;

namespace Bloomery.Golden.Models;

/// <summary>Every checkpoint of golden/models against the reference library's answers, on every kernel tier that this processor has.</summary>
public sealed class ModelGoldenTests
{
    public static TheoryData<string, string> Cases()
    {
        TheoryData<string, string> cases = [];
        foreach (string name in GoldenModel.Names)
            foreach (string tier in KernelTiers.Names.Where(t => KernelTiers.MissingFeature(t) is null)) cases.Add(name, tier);
        return cases;
    }

    public static TheoryData<string, string> GgufCases()
    {
        TheoryData<string, string> cases = [];
        foreach (string name in GoldenModel.Names.Where(n => File.Exists(Path.Combine(TestPaths.Golden, "models", n, "model.gguf"))))
            foreach (string tier in KernelTiers.Names.Where(t => KernelTiers.MissingFeature(t) is null)) cases.Add(name, tier);
        return cases;
    }

    [Fact]
    public void Every_folder_is_found() => Assert.True(GoldenModel.Names.Count >= (TestPaths.IsComplete ? 45 : 5));

    [Theory, MemberData(nameof(Cases))]
    public void Checkpoint_answers_as_the_reference(string name, string tier)
    {
        GoldenModel golden = GoldenModel.Load(name);
        using Runtime runtime = Load(golden.Directory, tier);
        CheckAll(golden, runtime);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Legacy_configuration_gives_the_same(string name, string tier)
    {
        GoldenModel golden = GoldenModel.Load(name);
        DirectoryInfo temporary = Directory.CreateTempSubdirectory("bloomery-golden-");
        try
        {
            using Runtime runtime = Load(golden.LegacyDirectory(temporary.FullName), tier);
            CheckMain(golden, runtime);
            CheckLong(golden, runtime);
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }

    [Theory, MemberData(nameof(GgufCases))]
    public void Gguf_twin_gives_the_same(string name, string tier)
    {
        GoldenModel golden = GoldenModel.Load(name);
        using (Runtime runtime = Load(Path.Combine(golden.Directory, "model.gguf"), tier))
        {
            CheckMain(golden, runtime);
            CheckLong(golden, runtime);
        }
        string quantized = Path.Combine(golden.Directory, "model-q8_0.gguf");
        if (!File.Exists(quantized)) return;
        using Runtime q8 = Load(quantized, tier);
        ForwardResult result = new ForwardPass(q8).Run([new ForwardRow(golden.Tensors.Int32s("input_ids"))])[0];
        golden.AssertClose(golden.Tensors.Floats("gguf_q8_0_logits"), result.Logits, "q8_0 logits");
    }

    [Theory]
    [InlineData(1), InlineData(3), InlineData(16)]
    public void Slices_of_any_size_agree(int chunk)
    {
        foreach (string name in GoldenModel.Names)
        {
            GoldenModel golden = GoldenModel.Load(name);
            if (golden.Kind != "causal") continue;
            using Runtime runtime = Runtime.Load(golden.Directory, new ModelOptions { Exact = true, Threads = 1, ChunkTokens = chunk });
            CheckMain(golden, runtime);
            CheckLong(golden, runtime);
        }
    }

    private static Runtime Load(string path, string tier) => Runtime.Load(path, new ModelOptions { Kernels = tier, Exact = true, Threads = 2 });

    private static void CheckAll(GoldenModel golden, Runtime runtime)
    {
        CheckMain(golden, runtime);
        CheckLong(golden, runtime);
        GoldenTensors t = golden.Tensors;
        IReadOnlyList<ForwardResult> batch = new ForwardPass(runtime).Run(golden.BatchRows());
        if (t.Contains("batch_last_logits"))
            golden.AssertClose(t.Floats("batch_last_logits"), batch.SelectMany(r => r.Logits![^golden.Vocabulary..]).ToArray(), "batch_last_logits");
        if (t.Contains("batch_last_hidden_state"))
            golden.AssertClose(t.Floats("batch_last_hidden_state"), batch.SelectMany(r => r.LastHiddenState!).ToArray(), "batch_last_hidden_state");
        if (!t.Contains("soft_prompt")) return;
        ForwardResult soft = new ForwardPass(runtime,
            new ForwardOptions { SoftPrompt = t.Floats("soft_prompt") }).Run([new ForwardRow(t.Int32s("input_ids"))])[0];
        golden.AssertClose(t.Floats("soft_logits"), soft.Logits, "soft_logits");
    }

    private static void CheckMain(GoldenModel golden, Runtime runtime)
    {
        GoldenTensors t = golden.Tensors;
        ForwardRow row = new(t.Int32s("input_ids"))
        {
            TokenTypes = t.Contains("token_type_ids") ? t.Int32s("token_type_ids") : null,
            DecoderIds = t.Contains("decoder_input_ids") ? t.Int32s("decoder_input_ids") : null,
        };
        ForwardResult result = new ForwardPass(runtime, new ForwardOptions { HiddenStates = true }).Run([row])[0];
        Check("logits", result.Logits);
        Check("hidden_states", Flat(result.HiddenStates));
        Check("projected_hidden_state", result.ProjectedHiddenState);
        Check("last_hidden_state", result.LastHiddenState);
        Check("pooler_output", result.PoolerOutput);
        Check("encoder_last_hidden_state", result.Encoder?.LastHiddenState);
        Check("encoder_hidden_states", Flat(result.Encoder?.HiddenStates));
        Check("decoder_hidden_states", Flat(result.HiddenStates));

        void Check(string name, float[]? actual)
        {
            if (!t.Contains(name)) return;
            Assert.True(actual is not null, $"{golden.Name}: the model gives no {name}");
            golden.AssertClose(t.Floats(name), actual, name);
        }

        static float[]? Flat(float[][]? states) => states is null ? null : [.. states.SelectMany(s => s)];
    }

    private static void CheckLong(GoldenModel golden, Runtime runtime)
    {
        if (!golden.Tensors.Contains("long_input_ids")) return;
        ForwardResult result = new ForwardPass(runtime).Run([new ForwardRow(golden.Tensors.Int32s("long_input_ids"))])[0];
        golden.AssertClose(golden.Tensors.Floats("long_last_logits"), result.Logits.AsSpan()[^golden.Vocabulary..], "long_last_logits");
    }
}
