using Bloomery.Conversion;
using Bloomery.Engine.Inference;
using Bloomery.Formats;
using Bloomery.TestSupport;

namespace Bloomery.Golden.Models;

/// <summary>GGUF files come in several layouts of the same weights: the answers are the same to the last bit.</summary>
public sealed class GgufLayoutTests : IDisposable
{
    private static readonly string[] Separate =
        ["llama", "llama-bias", "granite", "mixtral", "qwen2", "qwen3", "qwen2_moe", "qwen3_moe", "gemma", "gemma2-plain", "olmo2", "phi", "cohere", "stablelm",
        "starcoder2"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bloomery-layout-");

    public void Dispose() => _folder.Delete(recursive: true);

    public static TheoryData<string> Names() => [.. Separate];

    [SkippableTheory, MemberData(nameof(Names))]
    public void Queries_keys_and_values_may_be_in_one_tensor(string name) => Check(name, v =>
    {
        for (int i = 0; i < v.Layers; i++)
            foreach (string kind in (string[])["weight", "bias"])
                v.Join($"blk.{i}.attn_qkv.{kind}", $"blk.{i}.attn_q.{kind}", $"blk.{i}.attn_k.{kind}", $"blk.{i}.attn_v.{kind}");
    });

    [SkippableTheory]
    [InlineData("qwen2")]
    [InlineData("llama-bias")]
    public void Their_biases_may_be_apart_even_then(string name) => Check(name, v =>
    {
        for (int i = 0; i < v.Layers; i++) v.Join($"blk.{i}.attn_qkv.weight", $"blk.{i}.attn_q.weight", $"blk.{i}.attn_k.weight", $"blk.{i}.attn_v.weight");
    });

    [SkippableTheory]
    [InlineData("phi3")]
    [InlineData("falcon-new")]
    [InlineData("mpt")]
    public void What_is_usually_in_one_tensor_may_be_apart(string name) => Check(name, v =>
    {
        for (int i = 0; i < v.Layers; i++)
        {
            long kv = (v.Tensors[$"blk.{i}.attn_qkv.weight"].Shape[0] - v.Hidden) / 2;
            v.Cut($"blk.{i}.attn_qkv.weight", part => $"blk.{i}.attn_{"qkv"[part]}.weight", v.Hidden, kv, kv);
        }
    });

    [SkippableTheory]
    [InlineData("mixtral")]
    [InlineData("qwen3_moe")]
    public void Experts_may_have_a_tensor_each(string name) => Check(name, v =>
    {
        foreach (string stack in v.Tensors.Keys.Where(k => k.Contains("_exps.", StringComparison.Ordinal)).ToArray())
            v.Cut(stack, e => stack.Replace("_exps", $".{e}", StringComparison.Ordinal), [.. Enumerable.Repeat(1L, (int)v.Tensors[stack].Shape[0])]);
    });

    [SkippableTheory]
    [InlineData("deepseek_v2")]
    [InlineData("deepseek_v3")]
    public void Gates_and_ups_of_experts_may_be_in_one_tensor(string name) => Check(name, v =>
    {
        foreach (string gates in v.Tensors.Keys.Where(k => k.EndsWith("ffn_gate_exps.weight", StringComparison.Ordinal)).ToArray())
        {
            string ups = gates.Replace("gate", "up", StringComparison.Ordinal);
            ((long[] shape, float[] gate), (_, float[] up)) = (v.Tensors[gates], v.Tensors[ups]);
            int each = gate.Length / (int)shape[0];
            float[] both = [.. Enumerable.Range(0, (int)shape[0]).SelectMany(e => gate[(e * each)..((e + 1) * each)].Concat(up[(e * each)..((e + 1) * each)]))];
            v.Tensors[gates.Replace("gate", "gate_up", StringComparison.Ordinal)] = ([shape[0], 2 * shape[1], shape[2]], both);
            v.Tensors.Remove(gates);
            v.Tensors.Remove(ups);
        }
    });

    [SkippableTheory]
    [InlineData("llama-bias")]
    [InlineData("mixtral")]
    public void Products_may_be_scaled_by_numbers_beside_the_weights(string name) => Check(name, v =>
    {
        foreach (string tensor in v.Tensors.Keys.Where(k =>
            k.StartsWith("blk.", StringComparison.Ordinal) && k.EndsWith(".weight", StringComparison.Ordinal) && v.Tensors[k].Shape.Length > 1
            && !k.Contains("gate_inp", StringComparison.Ordinal)).ToArray())
        {
            (long[] shape, float[] data) = v.Tensors[tensor];
            int count = shape.Length == 3 ? (int)shape[0] : 1, each = data.Length / count;
            float[] scales = [.. Enumerable.Range(0, count).Select(e => (float)(2 << (e % 3)))];
            v.Tensors[tensor] = (shape, [.. data.Select((w, i) => w / scales[i / each])]);
            v.Tensors[tensor.Replace(".weight", ".scale", StringComparison.Ordinal)] = ([count], scales);
            v.Tensors[tensor.Replace(".weight", ".input_scale", StringComparison.Ordinal)] = ([count], scales);
        }
    });

    [SkippableFact]
    public void Keys_of_sizes_may_be_lists_of_equal_numbers() => Check("qwen3", v =>
    {
        v.Set("feed_forward_length", Enumerable.Repeat((uint)v.Tensors["blk.0.ffn_up.weight"].Shape[0], v.Layers).ToArray());
    });

    [SkippableFact]
    public void Blocks_that_guess_further_tokens_are_left_out() => Check("deepseek_v3", v =>
    {
        v.Set("block_count", (uint)v.Layers + 1);
        v.Set("nextn_predict_layers", 1u);
        foreach (string last in v.Tensors.Keys.Where(k => k.StartsWith($"blk.{v.Layers - 1}.", StringComparison.Ordinal)).ToArray())
            v.Tensors[last.Replace($"blk.{v.Layers - 1}.", $"blk.{v.Layers}.", StringComparison.Ordinal)] = v.Tensors[last];
        v.AddWave($"blk.{v.Layers}.nextn.enorm.weight", 1, 0, v.Hidden);
    });

    [SkippableFact]
    public void As_many_guessing_blocks_as_there_are_is_an_error()
    {
        string path = Vary("qwen3", v => v.Set("nextn_predict_layers", (uint)v.Layers));
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => Runtime.Load(path, new ModelOptions()));
        Assert.Equal("qwen3.nextn_predict_layers", e.Subject);
    }

    private void Check(string name, Action<GgufVariant> change)
    {
        string changed = Vary(name, change);
        Assert.Equal(Logits(name, Path.Combine(_folder.FullName, "base.gguf")), Logits(name, changed));
    }

    private string Vary(string name, Action<GgufVariant> change)
    {
        TestPaths.NeedsGolden($"models/{name}");
        string file = Path.Combine(_folder.FullName, "base.gguf"), changed = Path.Combine(_folder.FullName, "changed.gguf");
        ModelConverter.Convert(GoldenModel.Load(name).Directory, file, new ConversionOptions { Types = TypeRecipe.Parse("f32"), Threads = 1 });
        GgufVariant variant = new(file);
        change(variant);
        variant.Save(changed);
        return changed;
    }

    private static float[] Logits(string name, string path)
    {
        using Runtime runtime = Runtime.Load(path, new ModelOptions { Exact = true, Threads = 1 });
        return new ForwardPass(runtime).Run([new ForwardRow(GoldenModel.Load(name).Tensors.Int32s("input_ids"))])[0].Logits!;
    }
}
