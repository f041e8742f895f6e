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
        foreach (SamplingOptions sampling in (SamplingOptions[])[new() { Temperature = 0 }, new() { TopK = 40 }, new() { TopP = 0.9f, MinP = 0.1f }, new() { Mirostat = 2 }])
        {
            using TextGeneration text = model.Begin([1, 5, 6], new() { Sampling = sampling });
            Assert.StartsWith("the model computed NaN instead of logits at position 2: its weights are damaged", Assert.Throws<InvalidOperationException>(() => text.MoveNext(out _)).Message, StringComparison.Ordinal);
            Assert.Equal(FinishReason.Failed, text.FinishReason);
            Assert.False(text.MoveNext(out _));
        }
        Assert.StartsWith("the model computed NaN", Assert.Throws<InvalidOperationException>(() => model.BeamSearch([1, 5, 6], new())).Message, StringComparison.Ordinal);
        Assert.StartsWith("text 1: the model computed numbers that are not finite", Assert.Throws<InvalidOperationException>(() => model.Embed(["", "a b"])).Message, StringComparison.Ordinal);
    }

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
