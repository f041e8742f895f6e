using Bloomery.Numerics.Kernels;

namespace Bloomery.Conformance;

/// <summary>
/// Every element-wise kernel, norm and reduction against the reference: all lengths, in place and not, with guard pages, and with special values.
/// </summary>
public class ElementwiseConformance
{
    private delegate void Operation(KernelSet kernels, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y);

    private sealed record Case(string Name, Operation Run, double Relative = 2e-6, double Absolute = 1e-6, bool TakesSpecials = true);

    private static readonly Case[] Cases =
    [
        .. Enum.GetValues<Activation>().Select(f => new Case($"Activate {f}", (k, a, b, y) => k.Activate(f, a, y))),
        .. Enum.GetValues<Activation>().Select(f => new Case($"Gate {f}", (k, a, b, y) => k.Gate(f, a, b, y), TakesSpecials: false)),
        new("RmsNorm", (k, a, b, y) => k.RmsNorm(a, b, 1e-5f, y), TakesSpecials: false),
        new("LayerNorm", (k, a, b, y) => k.LayerNorm(a, b, a, 1e-5f, y), Absolute: 4e-6, TakesSpecials: false),
        new("LayerNorm, no gain", (k, a, b, y) => k.LayerNorm(a, [], b, 1e-5f, y), Absolute: 4e-6, TakesSpecials: false),
        new("LayerNorm, bare", (k, a, b, y) => k.LayerNorm(a, [], [], 1e-5f, y), Absolute: 4e-6, TakesSpecials: false),
        new("Add", (k, a, b, y) => k.Add(a, b, y), 0, 0),
        new("Scale", (k, a, b, y) => k.Scale(a, 0.37f, y), 0, 0),
        new("SoftCap 30", (k, a, b, y) => k.SoftCap(a, 30, y), TakesSpecials: true),
        new("SoftCap 0.5", (k, a, b, y) => k.SoftCap(a, 0.5f, y)),
        new("Clamp", (k, a, b, y) => k.Clamp(a, 0.8f, y), 0, 0),
    ];

    public static TheoryData<string, string> Rows()
    {
        TheoryData<string, string> rows = [];
        foreach (string tier in Tiers.Names)
            foreach (Case c in Cases) rows.Add(tier, c.Name);
        return rows;
    }

    [SkippableTheory, MemberData(nameof(Rows))]
    public void AgreesWithTheReference(string tier, string operation)
    {
        KernelSet kernels = Tiers.Get(tier);
        Case c = Cases.Single(x => x.Name == operation);
        foreach (int length in Tiers.Lengths)
            foreach (float scale in new[] { 0.01f, 1f, 6f })
                Compare(kernels, c, Numbers.Normal(length, length, scale), Numbers.Normal(length, length + 1), $"{tier} {operation} [{length}] x {scale}");
    }

    [SkippableTheory, MemberData(nameof(Rows))]
    public void SpecialValuesAgree(string tier, string operation)
    {
        KernelSet kernels = Tiers.Get(tier);
        Case c = Cases.Single(x => x.Name == operation);
        Skip.If(!c.TakesSpecials, $"{operation} mixes elements");
        float[] specials = [0, -0f, 1e-45f, -1e-40f, 1e-30f, 0.625f, -0.625f, 20, -20, 87, -87, 89, -89, 104, -104, 1e10f, -1e10f, 1e30f, -1e30f,
            float.PositiveInfinity, float.NaN];
        foreach (float special in specials)
            for (int length = 1; length <= 17; length += 4)
            {
                float[] a = Numbers.Normal(length, 3);
                a[length / 2] = special;
                Compare(kernels, c, a, Numbers.Normal(length, 4), $"{tier} {operation} [{length}] with {special:R}");
            }
    }

    [SkippableTheory, MemberData(nameof(Tiers.All), MemberType = typeof(Tiers))]
    public void LengthsThatDifferAreRefused(string tier)
    {
        KernelSet kernels = Tiers.Get(tier);
        float[] three = new float[3], four = new float[4];
        foreach (KernelSet k in new[] { kernels, Tiers.Reference })
        {
            Assert.ThrowsAny<ArgumentException>(() => k.RmsNorm(three, four, 0, three));
            Assert.ThrowsAny<ArgumentException>(() => k.LayerNorm(three, three, four, 0, three));
            Assert.ThrowsAny<ArgumentException>(() => k.Activate(Activation.Silu, three, four));
            Assert.ThrowsAny<ArgumentException>(() => k.Activate((Activation)99, three, three));
            Assert.ThrowsAny<ArgumentException>(() => k.Gate(Activation.Silu, three, four, three));
            Assert.ThrowsAny<ArgumentException>(() => k.Add(four, three, three));
            Assert.ThrowsAny<ArgumentException>(() => k.Scale(three, 1, four));
            Assert.ThrowsAny<ArgumentException>(() => k.AddScaled(three, 1, four));
            Assert.ThrowsAny<ArgumentException>(() => k.Dot(three, four));
            Assert.ThrowsAny<ArgumentException>(() => k.Rotate(three, new float[2], new float[2], false));
            Assert.ThrowsAny<ArgumentException>(() => k.StoreKv(three, KvType.F16, new byte[5]));
        }
    }

    [SkippableTheory, MemberData(nameof(Tiers.All), MemberType = typeof(Tiers))]
    public void SoftmaxAgrees(string tier)
    {
        KernelSet kernels = Tiers.Get(tier);
        foreach (int length in Tiers.Lengths)
            foreach (float hole in new[] { 0f, float.NegativeInfinity, -1e4f, 90f, float.NaN })
            {
                float[] x = Numbers.Normal(length, length, 4), expected = [.. x];
                if (length > 0) expected[length / 3] = x[length / 3] = hole;
                Tiers.Reference.Softmax(expected);
                using GuardedBuffer<float> guarded = GuardedBuffer<float>.Of(x, atEnd: true);
                kernels.Softmax(guarded.Span);
                Numbers.Close(expected, guarded.Span, 4e-6, 1e-9, $"{tier} softmax [{length}] with {hole}");
            }
        float[] hidden = [float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity];
        kernels.Softmax(hidden);
        Assert.Equal([0, 0, 0], hidden);
    }

    [SkippableTheory, MemberData(nameof(Tiers.All), MemberType = typeof(Tiers))]
    public void DotAndAddScaledAgree(string tier)
    {
        KernelSet kernels = Tiers.Get(tier);
        foreach (int length in Tiers.Lengths)
        {
            float[] a = Numbers.Normal(length, 1), b = Numbers.Normal(length, 2), expected = [.. b];
            using GuardedBuffer<float> ga = GuardedBuffer<float>.Of(a, atEnd: true), gb = GuardedBuffer<float>.Of(b, atEnd: true);
            Numbers.Close([Tiers.Reference.Dot(a, b)], [kernels.Dot(ga.Span, gb.Span)], 1e-6, 2e-6 * Math.Sqrt(length), $"{tier} dot [{length}]");
            Tiers.Reference.AddScaled(a, -1.7f, expected);
            kernels.AddScaled(ga.Span, -1.7f, gb.Span);
            Numbers.Close(expected, gb.Span, 1e-6, 1e-6, $"{tier} add scaled [{length}]");
        }
    }

    [SkippableTheory, MemberData(nameof(Tiers.All), MemberType = typeof(Tiers))]
    public void RotationAgrees(string tier)
    {
        KernelSet kernels = Tiers.Get(tier);
        foreach (int pairs in Tiers.Lengths)
            foreach (int rest in new[] { 0, 5 })
                foreach (bool interleaved in new[] { false, true })
                {
                    float[] head = Numbers.Normal(2 * pairs + rest, 1), expected = [.. head];
                    float[] cos = [.. Enumerable.Range(0, pairs).Select(j => MathF.Cos(j * 0.7f))],
                        sin = [.. Enumerable.Range(0, pairs).Select(j => MathF.Sin(j * 0.7f))];
                    Tiers.Reference.Rotate(expected, cos, sin, interleaved);
                    using GuardedBuffer<float> h = GuardedBuffer<float>.Of(head, atEnd: true), c = GuardedBuffer<float>.Of(cos, atEnd: true),
                        s = GuardedBuffer<float>.Of(sin, atEnd: true);
                    kernels.Rotate(h.Span, c.Span, s.Span, interleaved);
                    Numbers.Close(expected, h.Span, 1e-6, 1e-6, $"{tier} rotate {pairs} pairs of {head.Length}, interleaved {interleaved}");
                }
    }

    private static void Compare(KernelSet kernels, Case c, float[] a, float[] b, string what)
    {
        float[] expected = new float[a.Length];
        c.Run(Tiers.Reference, a, b, expected);
        foreach (bool atEnd in new[] { true, false })
        {
            using GuardedBuffer<float> ga = GuardedBuffer<float>.Of(a, atEnd), gb = GuardedBuffer<float>.Of(b, atEnd), y = new(a.Length, atEnd);
            c.Run(kernels, ga.Span, gb.Span, y.Span);
            Numbers.Close(expected, y.Span, c.Relative, c.Absolute, what);
        }
        float[] inPlace = [.. a];
        if (c.Name.StartsWith("LayerNorm", StringComparison.Ordinal)) c.Run(kernels, a, b, inPlace);
        else c.Run(kernels, inPlace, b, inPlace);
        Numbers.Close(expected, inPlace, c.Relative, c.Absolute, what + ", in place");
    }
}
