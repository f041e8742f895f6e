using System.Runtime.InteropServices;
using Bloomery.Engine.Inference;
using Bloomery.Models.Planning;

namespace Bloomery.Tests.Engine;

/// <summary>Logits that are computed while they are written are those that are kept, whatever may be kept at once.</summary>
public sealed class LogitRowsTests
{
    [SkippableTheory]
    [InlineData("llama")]
    [InlineData("bloom")]
    [InlineData("mistral")]
    public void They_are_those_of_a_forward_pass(string name)
    {
        SmallModels.NeedGolden(name);
        using Runtime runtime = Runtime.Load(SmallModels.Golden(name), new ModelOptions { Threads = 1, ChunkTokens = 8 });
        float[] soft = [.. Enumerable.Range(0, 2 * runtime.Architecture.HiddenSize).Select(i => i % 7 * 0.1f)];
        ForwardRow[] rows =
        [
            new([3, 4, 5]), new([.. Enumerable.Range(3, 21)]), new([7, 8, 9, 10]) { Mask = [0, 1, 0, 1] }, new([9, 9, 1, 2, 3]) { Mask = [1, 1, 1, 0, 0] },
                new([11]) { Mask = [0] }, new([.. Enumerable.Range(5, 12)]),
        ];
        IReadOnlyList<ForwardResult> expected = new ForwardPass(runtime, new ForwardOptions { SoftPrompt = soft }).Run(rows);
        foreach (int kept in new[] { 0, 4, 9, 1000 })
            foreach (int[] order in new int[][] { [0, 1, 2, 3, 4, 5], [5, 1, 0, 4, 2, 3] })
            {
                LogitRows logits = new(runtime, rows, soft) { MostKept = (long)kept * runtime.Architecture.VocabularySize };
                foreach (int i in order)
                {
                    using MemoryStream stream = new();
                    logits.Write(i, stream);
                    Assert.Equal(expected[i].Logits, MemoryMarshal.Cast<byte, float>(stream.ToArray()).ToArray());
                }
            }
    }

    [SkippableFact]
    public void What_no_array_holds_is_refused_by_name()
    {
        SmallModels.NeedGolden("llama");
        using Runtime runtime = Runtime.Load(SmallModels.Golden("llama"), new ModelOptions { Threads = 1, ContextLength = 1 << 28 });
        int tokens = (int)(Array.MaxLength / (long)runtime.Architecture.VocabularySize) + 1;
        int[] ids = new int[tokens];
        Array.Fill(ids, 3);
        ArgumentException e = Assert.Throws<ArgumentException>(() => new ForwardPass(runtime).Run([new ForwardRow(ids)]));
        Assert.Contains("are more than one result holds", e.Message, StringComparison.Ordinal);
        using Sequence sequence = new(runtime);
        Assert.NotEqual(0, sequence.Append([3, 4]).Length); // and the model goes on
        Assert.Equal(runtime.Architecture.VocabularySize, runtime.Executor(PlanRole.Decoder).Output("logits").Length);
    }
}
