using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Memory;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Conformance;

/// <summary>Weights that are freed are not read: a clear exception, on every tier and in every layout.</summary>
public class FreedMemoryTests
{
    private const int Rows = 32, Columns = 256;

    public static TheoryData<string, string, int> Cases()
    {
        TheoryData<string, string, int> cases = [];
        foreach (string tier in Tiers.Names.Append("reference"))
            foreach (string format in (string[])["f32", "q4_k", "q8_0", "f8_e4m3"])
                foreach (int tokens in (int[])[1, 5]) cases.Add(tier, format, tokens);
        return cases;
    }

    [SkippableTheory, MemberData(nameof(Cases))]
    public void Freed_weights_end_in_an_exception(string tier, string format, int tokens)
    {
        KernelSet kernels = tier == "reference" ? Tiers.Reference : Tiers.Get(tier);
        if (!BlockFormat.TryFind(format, out BlockFormat? blocks)) Skip.If(true, $"there is no format {format}");
        NativeBuffer buffer = new("test", blocks!.RowBytes(Columns) * Rows, zeroed: true);
        Matrix matrix = new(blocks, NativeView.Of(buffer), Rows, Columns), prepared = kernels.Prepare(matrix);
        float[] x = new float[tokens * Columns], y = new float[tokens * Rows];
        byte[] scratch = new byte[kernels.MatMulScratchBytes(prepared, tokens)];
        kernels.MatMul(prepared, x, y, tokens, 0, Rows, scratch);
        if (prepared != matrix) ((IDisposable)prepared).Dispose();
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => kernels.MatMul(prepared, x, y, tokens, 0, Rows, scratch));
        Assert.Throws<ObjectDisposedException>(() => prepared.Dequantize(0, 1, new float[Columns]));
    }

    [Fact]
    public void A_mapping_that_has_ended_is_not_read()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, new byte[64]);
            MappedFile file = new(path);
            NativeView view = NativeView.Of(file, 0, 64), part = view.Slice(8, 16);
            Assert.Equal(16, part.Span(0, 16).Length);
            file.Dispose();
            Assert.Throws<ObjectDisposedException>(() => part.Span(0, 16).Length);
            Assert.Throws<ObjectDisposedException>(() => view.Span(0, 1).Length);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
