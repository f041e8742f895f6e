using System.Runtime.InteropServices;
using Bloomery.Engine.Speculation;
using Bloomery.TestSupport;

namespace Bloomery.Golden.Sampling;

/// <summary>Acceptance of drafted tokens within 1e-12 of <c>golden/sampling/speculative.safetensors</c>.</summary>
public sealed class SpeculationGoldenTests
{
    private const double Tolerance = 1e-12;
    private static readonly GoldenTensors Tensors = GoldenTensors.Load("sampling/speculative.safetensors");
    private static readonly int Gamma = Tensors.Shape("draft")[1];
    private static readonly int Vocabulary = Tensors.Shape("draft")[2];

    public static TheoryData<int> Rows() => [.. Enumerable.Range(0, Tensors.Shape("draft")[0])];

    [Theory, MemberData(nameof(Rows))]
    public void RowMatchesReference(int row)
    {
        ReadOnlySpan<double> target = Values("target", row, (Gamma + 1) * Vocabulary), draft = Values("draft", row, Gamma * Vocabulary),
            u = Values("u", row, Gamma);
        int[] tokens = Tensors.Int32s("draft_tokens").AsSpan(row * Gamma, Gamma).ToArray();
        double[] residual = new double[Vocabulary];
        for (int i = 0; i < Gamma; i++)
        {
            ReadOnlySpan<double> p = target.Slice(i * Vocabulary, Vocabulary), q = draft.Slice(i * Vocabulary, Vocabulary);
            Assert.Equal(Values("accept_prob", row, Gamma)[i], SpeculativeAcceptance.Probability(p, q, tokens[i]), Tolerance);
            Assert.Equal(Values("alpha", row, Gamma)[i], SpeculativeAcceptance.Rate(p, q), Tolerance);
            SpeculativeAcceptance.Residual(p, q, residual);
            Near($"residual {i}", Values("residual", row, Gamma * Vocabulary).Slice(i * Vocabulary, Vocabulary), residual);
        }

        double[] next = new double[Vocabulary];
        Assert.Equal(MemoryMarshal.Cast<byte, long>(Tensors.Bytes("accepted"))[row], SpeculativeAcceptance.Accept(target, draft, tokens, u, next));
        Near("next distribution", Values("next_distribution", row, Vocabulary), next);
    }

    private static void Near(string what, ReadOnlySpan<double> expected, ReadOnlySpan<double> actual)
    {
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= Tolerance, $"{what}, token {i}: {actual[i]:R} instead of {expected[i]:R}");
    }

    private static ReadOnlySpan<double> Values(string tensor, int row, int rowLength) =>
        MemoryMarshal.Cast<byte, double>(Tensors.Bytes(tensor)).Slice(row * rowLength, rowLength);
}
