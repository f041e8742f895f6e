using Bloomery.Engine;
using Bloomery.Engine.Inference;

namespace Bloomery.Tests.Engine;

/// <summary>Weights that stay in the mapped file give what copies give; those that are packed leave the file alone.</summary>
public sealed class MappingTests
{
    [SkippableTheory]
    [InlineData("llama", "reference")]
    [InlineData("gpt2", "reference")]
    [InlineData("mixtral", "reference")]
    [InlineData("llama", "portable")]
    public void Mapped_weights_give_what_copies_give(string name, string tier)
    {
        SmallModels.NeedGolden(name);
        (int[] prompt, _) = SmallModels.Greedy(name);
        ModelOptions options = new() { Kernels = tier, Threads = 1 };
        using Runtime copied = Runtime.Load(SmallModels.Golden(name), options),
            mapped = Runtime.Load(SmallModels.Golden(name), options with { KeepMapping = true });
        Assert.Equal(0, copied.Model.Weights.MappedBytes);
        // The reference kernels take rows as they are stored; the portable ones pack every type of this model.
        if (tier == "reference") Assert.InRange(mapped.Model.Weights.MappedBytes, copied.Model.Weights.ByteLength / 4, copied.Model.Weights.ByteLength);
        else Assert.Equal(0, mapped.Model.Weights.MappedBytes);
        Assert.Equal(Logits(copied, prompt), Logits(mapped, prompt));
    }

    private static float[] Logits(Runtime runtime, int[] ids) => new ForwardPass(runtime).Run([new ForwardRow(ids)])[0].Logits!;
}
