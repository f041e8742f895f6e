using static Bloomery.Tests.Models.Naive.NaiveMath;

namespace Bloomery.Tests.Models.Naive;

/// <summary>A mixture of gated experts after a softmax router, perhaps with a gated shared one.</summary>
internal sealed record NaiveExperts(int Count, int Used, int Inner)
{
    public Func<int, bool> Sparse { get; init; } = _ => true;
    public bool Normalize { get; init; }
    public int SharedInner { get; init; }
    public string Router { get; init; } = "mlp.gate";

    public double[][] Run(NaiveWeights w, string p, double[][] x, NaiveDecoder model)
    {
        double[][] routed = Linear(x, w.Matrix(p + Router + ".weight", Count, model.Hidden), null);
        double[][][] experts =
            [.. Enumerable.Range(0, Count).Select(e => model.FeedForward(w, $"{p}mlp.experts.{e}.", x, Inner, ["gate_proj", "up_proj", "down_proj"]))];
        double[][] y = [.. x.Select((_, t) =>
        {
            double max = routed[t].Max(), total = routed[t].Sum(z => Math.Exp(z - max));
            double[] scores = [.. routed[t].Select(z => Math.Exp(z - max) / total)];
            int[] chosen = [.. Enumerable.Range(0, Count).OrderByDescending(e => scores[e]).Take(Used)];
            double divisor = Normalize ? chosen.Sum(e => scores[e]) : 1;
            return Enumerable.Range(0, model.Hidden).Select(i => chosen.Sum(e => scores[e] / divisor * experts[e][t][i])).ToArray();
        })];
        if (SharedInner == 0) return y;
        double[][] shared = model.FeedForward(w, p + "mlp.shared_expert.", x, SharedInner, ["gate_proj", "up_proj", "down_proj"]);
        double[][] gate = Linear(x, w.Matrix(p + "mlp.shared_expert_gate.weight", 1, model.Hidden), null);
        return Plus(y, [.. shared.Select((row, t) => row.Select(v => v / (1 + Math.Exp(-gate[t][0]))).ToArray())]);
    }
}
