using System.Text;
using Bloomery.Formats;
using Bloomery.Formats.Safetensors;

namespace Bloomery.Tests.Formats.Safetensors;

public sealed class SafetensorsFuzzTests
{
    [Fact]
    public void TenThousandMutantsAreReadOrRefused()
    {
        string json = """
            {"__metadata__":{"format":"pt"},"model.embed_tokens.weight":{"dtype":"F32","shape":[4,3],"data_offsets":[0,48]},
            "model.norm.weight":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[48,52]},
            "mask":{"dtype":"BOOL","shape":[],"data_offsets":[52,53]},"ids":{"dtype":"U8","shape":[11],"data_offsets":[53,64]},
            "packed":{"dtype":"F4","shape":[3,2],"data_offsets":[64,67]},
            "sixes":{"dtype":"F6_E2M3","shape":[4],"data_offsets":[67,70]},"step":{"dtype":"U16","shape":[1],"data_offsets":[70,72]}}
            """;
        byte[] original = SafetensorsFileTests.File(json, 72);
        (int read, int refused) = Mutants.Try(original, 8 + Encoding.UTF8.GetByteCount(json), 10_000, bytes =>
        {
            using SafetensorsFile mutant = SafetensorsFile.Open(bytes);
            foreach (TensorInfo tensor in mutant.Tensors.Values)
                if (!tensor.IsOpaque) _ = mutant.Dequantize(tensor);
        });
        Assert.True(read > 100 && refused > 1_000, $"{read} read, {refused} refused: the mutants are too tame or too wild");
    }
}
