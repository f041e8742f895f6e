using Bloomery.Formats;
using Bloomery.Formats.Gguf;

namespace Bloomery.Tests.Formats.Gguf;

public sealed class GgufFuzzTests
{
    [Fact]
    public void TenThousandMutantsAreReadOrRefused()
    {
        byte[] original = new GgufBytes()
            .Key("general.architecture", "llama").Key("general.alignment", 32u).Key("llama.block_count", 2u)
            .Key("flag", GgufValueType.Bool, 1).Key("wide", GgufValueType.UInt64, GgufBytes.U64(7))
            .Key("half", GgufValueType.Float32, GgufBytes.U32(0x3F000000))
            .Strings("tokenizer.ggml.tokens", "<s>", "the", "", "ö").Array("scores", GgufValueType.Float32, 3, new byte[12])
            .Array("flags", GgufValueType.Bool, 2, 0, 1)
            .Floats("token_embd.weight", [4, 3], new float[12]).Floats("blk.0.attn_q.weight", [4, 4], new float[16])
            .Floats("output_norm.weight", [4], new float[4]).Build();
        int header = GgufFile.Open(original) is { } file ? (int)file.Tensor("token_embd.weight").Offset : 0;
        (int read, int refused) = Mutants.Try(original, header, 10_000, bytes =>
        {
            using GgufFile mutant = GgufFile.Open(bytes);
            ReadAll(mutant);
        });
        Assert.True(read > 100 && refused > 1_000, $"{read} read, {refused} refused: the mutants are too tame or too wild");
    }

    private static void ReadAll(GgufFile file)
    {
        foreach (string key in file.Metadata.Keys)
        {
            foreach (Action<GgufMetadata, string> get in Getters)
            {
                try
                {
                    get(file.Metadata, key);
                }
                catch (ModelFormatException)
                {
                    // of another type
                }
            }
        }
        foreach (TensorInfo tensor in file.Tensors.Values) _ = file.Bytes(tensor).Length;
    }

    private static readonly Action<GgufMetadata, string>[] Getters =
    [
        (m, k) => m.Get<string>(k), (m, k) => m.Get<int>(k), (m, k) => m.Get<float>(k), (m, k) => m.Get<bool>(k),
        (m, k) => m.Get<string[]>(k), (m, k) => m.Get<float[]>(k), (m, k) => m.Get<long[]>(k), (m, k) => m.Get<bool[]>(k),
    ];
}
