using System.Buffers.Binary;
using Bloomery.Formats;
using Bloomery.Tests.Formats;

namespace Bloomery.Tests.Engine;

/// <summary>A model whose weights are no numbers: whatever is asked of it, the answer names the model, not the request.</summary>
public sealed class DamagedWeightsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [SkippableFact]
    public void The_models_fault_is_called_so()
    {
        using Model model = Damaged();
        SamplingOptions[] all = [new() { Temperature = 0 }, new() { TopK = 40 }, new() { TopP = 0.9f, MinP = 0.1f }, new() { Mirostat = 2 }];
        foreach (SamplingOptions sampling in all)
        {
            using TextGeneration text = model.Begin([1, 5, 6], new() { Sampling = sampling });
            Says("the model computed NaN instead of logits at position 2: its weights are damaged",
                () => text.MoveNext(out _));
            Assert.Equal(FinishReason.Failed, text.FinishReason);
            Assert.False(text.MoveNext(out _));
        }
        Says("the model computed NaN",
                () => model.BeamSearch([1, 5, 6], new()));
        Says("text 1: the model computed numbers that are not finite",
                () => model.Embed(["", "a b"]));
    }

    private static void Says(string begin, Action call) =>
        Assert.StartsWith(begin, Assert.Throws<InvalidOperationException>(call).Message, StringComparison.Ordinal);

    private Model Damaged()
    {
        SmallModels.NeedGolden("llama");
        string path = _directory.Of("model.gguf");
        byte[] bytes = File.ReadAllBytes(Path.Combine(SmallModels.Golden("llama"), "model.gguf"));
        using (TensorFile file = TensorFile.OpenAny(Path.Combine(SmallModels.Golden("llama"), "model.gguf")))
        {
            TensorInfo norm = file.Tensor("output_norm.weight");
            Assert.Equal("f32", norm.Format.Name);
            for (long at = norm.Offset; at < norm.Offset + norm.ByteLength; at += 4) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan((int)at), float.NaN);
        }
        File.WriteAllBytes(path, bytes);
        return Model.Load(path, new ModelOptions { Exact = true, Threads = 1 });
    }
}
