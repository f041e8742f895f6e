using static Bloomery.Tests.Models.Naive.NaiveMath;

namespace Bloomery.Tests.Models.Naive;

/// <summary>DeepSeek V2 and V3 in plain loops: keys and values are made from the latent, not absorbed; experts in groups.</summary>
internal sealed record NaiveDeepSeek
{
    private const int Hidden = 16, Heads = 4, Nope = 6, Rope = 4, ValueDim = 5, Latent = 7, Vocabulary = 20, ExpertInner = 10, Experts = 8;

    public bool Three { get; init; }
    public int? QueryRank { get; init; }
    public bool AttentionBias { get; init; }
    public bool MlpBias { get; init; }
    public bool SelectionBias { get; init; } = true; // of version 3
    public Func<double, double> Activation { get; init; } = Silu;
    public bool Pairs { get; init; } = true;
    public double ScaleFactor { get; init; } = 1;
    public double[] Theta { get; init; } = [1, 0.01];
    public double RopeFactor { get; init; } = 1;
    public int DenseLayers { get; init; } = 1;
    public int Groups { get; init; } = 1;
    public int GroupsUsed { get; init; } = 1;
    public bool Normalize { get; init; }
    public double ExpertScale { get; init; } = 1;
    public int Shared { get; init; } = 2;

    public double[][] Logits(NaiveWeights w, int[] ids)
    {
        float[] table = w.Table("model.embed_tokens.weight", Vocabulary, Hidden);
        double[][] x = [.. ids.Select(id => table.Skip(id * Hidden).Take(Hidden).Select(v => (double)v).ToArray())];
        for (int i = 0; i < 2; i++)
        {
            string p = $"model.layers.{i}.";
            x = Plus(x, Attend(w, p + "self_attn.", Normed(w, p + "input_layernorm", x)));
            double[][] h = Normed(w, p + "post_attention_layernorm", x);
            x = Plus(x, i < DenseLayers ? Mlp(w, p + "mlp.", h, 24, MlpBias) : Mixture(w, p + "mlp.", h));
        }
        return Linear(Normed(w, "model.norm", x), w.Matrix("lm_head.weight", Vocabulary, Hidden), null);
    }

    private double[][] Attend(NaiveWeights w, string p, double[][] x)
    {
        double[][] q = QueryRank is { } rank
            ? Dense(w, p + "q_b_proj", Normed(w, p + "q_a_layernorm", Dense(w, p + "q_a_proj", x, rank, AttentionBias)), Heads * (Nope + Rope))
            : Dense(w, p + "q_proj", x, Heads * (Nope + Rope));
        double[][] compressed = Dense(w, p + "kv_a_proj_with_mqa", x, Latent + Rope, AttentionBias);
        double[][] keyRope = Turn([.. compressed.Select(r => r[Latent..])]);
        double[][] up = Dense(w, p + "kv_b_proj", Normed(w, p + "kv_a_layernorm", [.. compressed.Select(r => r[..Latent])]), Heads * (Nope + ValueDim));
        double[][] queryRope = Turn([.. q.Select(r => Each(h => r.Skip(h * (Nope + Rope) + Nope).Take(Rope)))]);
        double[][] queries = [.. q.Select((r, t) => Each(h => r.Skip(h * (Nope + Rope)).Take(Nope).Concat(queryRope[t].Skip(h * Rope).Take(Rope))))];
        double[][] keys = [.. up.Select((r, t) => Each(h => r.Skip(h * (Nope + ValueDim)).Take(Nope).Concat(keyRope[t])))];
        double[][] values = [.. up.Select(r => Each(h => r.Skip(h * (Nope + ValueDim) + Nope).Take(ValueDim)))];
        double[][] y = NaiveMath.Attend(queries, keys, values, Heads, Heads, ScaleFactor / Math.Sqrt(Nope + Rope), (_, t, j, s) =>
            j <= t ? s : double.NegativeInfinity);
        return Dense(w, p + "o_proj", y, Hidden, AttentionBias);

        double[][] Turn(double[][] z) => NaiveMath.Rope(z, Rope, Theta, RopeFactor, Pairs);
        static double[] Each(Func<int, IEnumerable<double>> part) => [.. Enumerable.Range(0, Heads).SelectMany(part)];
    }

    private double[][] Mixture(NaiveWeights w, string p, double[][] x)
    {
        double[][] logits = Linear(x, w.Matrix(p + "gate.weight", Experts, Hidden), null);
        float[]? bias = Three && SelectionBias ? w.Vector(p + "gate.e_score_correction_bias", Experts) : null;
        double[][][] outputs = [.. Enumerable.Range(0, Experts).Select(e => Mlp(w, $"{p}experts.{e}.", x, ExpertInner, bias: false))];
        double[][] shared = Shared == 0 ? Map(x, _ => 0) : Mlp(w, p + "shared_experts.", x, Shared * ExpertInner, MlpBias);
        return [.. x.Select((_, t) =>
        {
            double total = logits[t].Sum(Math.Exp);
            double[] scores = [.. logits[t].Select(z => Three ? 1 / (1 + Math.Exp(-z)) : Math.Exp(z) / total)];
            double[] choice = [.. scores.Select((s, e) => s + (bias?[e] ?? 0))];
            int size = Experts / Groups;
            HashSet<int> kept = [.. Enumerable.Range(0, Groups).OrderByDescending(g =>
                choice.Skip(g * size).Take(size).OrderDescending().Take(Three ? 2 : 1).Sum()).Take(GroupsUsed)];
            int[] chosen = [.. Enumerable.Range(0, Experts).Where(e => kept.Contains(e / size)).OrderByDescending(e => choice[e]).Take(3)];
            double divisor = Normalize ? chosen.Sum(e => scores[e]) + 1e-20 : 1;
            return Enumerable.Range(0, Hidden).Select(i => shared[t][i] + chosen.Sum(e => scores[e] / divisor * ExpertScale * outputs[e][t][i])).ToArray();
        })];
    }

    private double[][] Mlp(NaiveWeights w, string p, double[][] x, int inner, bool bias) =>
        Dense(w, p + "down_proj", Times(Map(Dense(w, p + "gate_proj", x, inner, bias), Activation), Dense(w, p + "up_proj", x, inner, bias)), Hidden, bias);

    private static double[][] Dense(NaiveWeights w, string name, double[][] x, int outputs, bool bias = false) =>
        Linear(x, w.Matrix(name + ".weight", outputs, x[0].Length), bias ? w.Vector(name + ".bias", outputs) : null);

    private static double[][] Normed(NaiveWeights w, string name, double[][] x)
    {
        float[] gain = w.Vector(name + ".weight", x[0].Length, 1);
        return Norm(x, true, 1e-6, i => gain[i]);
    }
}
