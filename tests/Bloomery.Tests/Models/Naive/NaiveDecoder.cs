using static Bloomery.Tests.Models.Naive.NaiveMath;

namespace Bloomery.Tests.Models.Naive;

/// <summary>How the norms and branches of a block follow one another.</summary>
internal enum NaiveBlock
{
    Pre, Post, NormAfter, Sandwich, OneNormSideBySide, TwoNormsSideBySide, ResidualAfterNorm,
}

/// <summary>How a fused projection is laid out.</summary>
internal enum NaiveFused
{
    Separate, Blocks, PerHead, PerGroup, CodeGen,
}

/// <summary>
/// A decoder told by switches and run by plain loops: the block table of the families, independent of the engine. It asks <see cref="NaiveWeights"/> for
/// what it needs, which thereby becomes the checkpoint.
/// </summary>
internal sealed record NaiveDecoder
{
    public int Hidden { get; init; } = 16;
    public int Layers { get; init; } = 2;
    public int Heads { get; init; } = 4;
    public int KvHeads { get; init; } = 4;
    public int HeadDim { get; init; } = 4;
    public int Inner { get; init; } = 24;
    public int Vocabulary { get; init; } = 20;
    public int Positions { get; init; } = 32;

    // Names: layer names follow "{Layer}{number}."
    public string Embedding { get; init; } = "model.embed_tokens";
    public string? Head { get; init; }
    public string Layer { get; init; } = "model.layers.";
    public string? FinalNorm { get; init; } = "model.norm";
    public string[] Norms { get; init; } = ["input_layernorm", "post_attention_layernorm"];
    public string[] Attention { get; init; } = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj"];
    public string[] Mlp { get; init; } = ["mlp.up_proj", "mlp.down_proj"];
    public string? Gate { get; init; }
    public string? FusedGate { get; init; } // gate, then up
    public string[]? QueryKeyNorms { get; init; }
    public string[]? FullQueryKeyNorms { get; init; }
    public string? LearnedPositions { get; init; }
    public int PositionOffset { get; init; }
    public string? EmbeddingNorm { get; init; }
    public string[]? Projections { get; init; }
    public int EmbeddingSize { get; init; }

    // Rules
    public NaiveBlock Block { get; init; } = NaiveBlock.Pre;
    public NaiveFused Fused { get; init; } = NaiveFused.Separate;
    public bool Transposed { get; init; }
    public bool Rms { get; init; } = true;
    public double GainPlus { get; init; }
    public bool NormBias { get; init; }
    public bool NormGain { get; init; } = true;
    public bool QueryKeyNormBias { get; init; }
    public bool QueryKeyGainPerHead { get; init; }
    public double Epsilon { get; init; } = 1e-6;
    public bool QkvBias { get; init; }
    public bool OutputBias { get; init; }
    public bool MlpBias { get; init; }
    public bool HeadBias { get; init; }
    public bool DropOutputBiases { get; init; }
    public Func<double, double> Activation { get; init; } = Silu;
    public Func<int, double[]>? Theta { get; init; } // by length
    public Func<int, double[]>? ThetaOfLayer { get; init; }
    public double RopeFactor { get; init; } = 1;
    public bool Pairs { get; init; }
    public Func<int, bool> Rotated { get; init; } = _ => true;
    public Func<int, double>? Scale { get; init; }
    public Func<int, int, int, bool> Sees { get; init; } = (_, t, j) => j <= t; // layer, query, key
    public Func<int, int, double>? Bias { get; init; } // head, key
    public double Clip { get; init; } = double.PositiveInfinity;
    public double EmbeddingScale { get; init; } = 1;
    public double ResidualScale { get; init; } = 1;
    public double LogitScale { get; init; } = 1;
    public double ScoreCap { get; init; }
    public double LogitCap { get; init; }
    public NaiveExperts? Experts { get; init; }

    /// <summary>(T, vocabulary)</summary>
    public double[][] Logits(NaiveWeights w, int[] ids)
    {
        int width = EmbeddingSize > 0 ? EmbeddingSize : Hidden;
        float[] table = w.Table(Embedding + ".weight", Vocabulary, width);
        double[][] x = [.. ids.Select(id => table.Skip(id * width).Take(width).Select(v => v * EmbeddingScale).ToArray())];
        if (Projections is not null) x = Linear(x, w.Matrix(Projections[0] + ".weight", Hidden, width), null);
        if (LearnedPositions is not null)
        {
            float[] positions = w.Table(LearnedPositions + ".weight", Positions + PositionOffset, Hidden);
            x = [.. x.Select((row, t) => row.Select((v, i) => v + positions[(t + PositionOffset) * Hidden + i]).ToArray())];
        }
        if (EmbeddingNorm is not null) x = Normed(w, x, EmbeddingNorm);
        for (int i = 0; i < Layers; i++) x = RunBlock(w, x, i);
        if (FinalNorm is not null) x = Normed(w, x, FinalNorm);
        if (Projections is not null) x = Linear(x, w.Matrix(Projections[1] + ".weight", width, Hidden), null);
        float[] head = Head is null ? table : w.Matrix(Head + ".weight", Vocabulary, width);
        double[][] logits = Map(Linear(x, head, HeadBias ? w.Vector((Head ?? "lm_head") + ".bias", Vocabulary) : null), z => z * LogitScale);
        return LogitCap > 0 ? Map(logits, z => LogitCap * Math.Tanh(z / LogitCap)) : logits;
    }

    private double[][] RunBlock(NaiveWeights w, double[][] x, int i)
    {
        string p = $"{Layer}{i}.";
        double[][] N(double[][] y, int which) => Normed(w, y, p + Norms[which]);
        double[][] A(double[][] y) => Map(Attend(w, y, i, p), z => z * ResidualScale);
        double[][] M(double[][] y) => Map(Experts is { } e && e.Sparse(i) ? e.Run(w, p, y, this) : FeedForward(w, p, y), z => z * ResidualScale);
        double[][] h;
        switch (Block)
        {
            case NaiveBlock.Post:
                x = N(Plus(x, A(x)), 0);
                return N(Plus(x, M(x)), 1);
            case NaiveBlock.NormAfter:
                x = Plus(x, N(A(x), 0));
                return Plus(x, N(M(x), 1));
            case NaiveBlock.Sandwich:
                x = Plus(x, N(A(N(x, 0)), 1));
                return Plus(x, N(M(N(x, 2)), 3));
            case NaiveBlock.OneNormSideBySide:
                h = N(x, 0);
                return Plus(x, Plus(A(h), M(h)));
            case NaiveBlock.TwoNormsSideBySide:
                return Plus(x, Plus(A(N(x, 0)), M(N(x, 1))));
            case NaiveBlock.ResidualAfterNorm:
                h = N(x, 0);
                h = N(Plus(h, A(h)), 1);
                return Plus(h, M(h));
            default:
                x = Plus(x, A(N(x, 0)));
                return Plus(x, M(N(x, 1)));
        }
    }

    public double[][] FeedForward(NaiveWeights w, string p, double[][] x, int inner = 0, string[]? names = null)
    {
        (string? gate, string up, string down) = names is null ? (Gate, Mlp[0], Mlp[1]) : (names[0], names[1], names[2]);
        inner = inner == 0 ? Inner : inner;
        if (FusedGate is not null)
        {
            double[][] both = Project(w, p + FusedGate, x, 2 * inner, MlpBias);
            return Project(w, p + down, [.. both.Select(row => Enumerable.Range(0, inner).Select(i => Activation(row[i]) * row[inner + i]).ToArray())], Hidden,
                MlpBias);
        }
        double[][] h = Project(w, p + up, x, inner, MlpBias);
        h = gate is null ? Map(h, Activation) : Times(Map(Project(w, p + gate, x, inner, MlpBias), Activation), h);
        return Project(w, p + down, h, Hidden, MlpBias, DropOutputBiases);
    }

    private double[][] Attend(NaiveWeights w, double[][] x, int layer, string p)
    {
        (double[][] q, double[][] k, double[][] v) = Qkv(w, p, x);
        if (!double.IsInfinity(Clip)) (q, k, v) = (Map(q, Clamp), Map(k, Clamp), Map(v, Clamp));
        if (QueryKeyNorms is not null) (q, k) = (HeadNorm(w, p + QueryKeyNorms[0], q, Heads), HeadNorm(w, p + QueryKeyNorms[1], k, KvHeads));
        if (FullQueryKeyNorms is not null) (q, k) = (FullNorm(w, p + FullQueryKeyNorms[0], q), FullNorm(w, p + FullQueryKeyNorms[1], k));
        double[]? theta = ThetaOfLayer?.Invoke(layer) ?? Theta?.Invoke(x.Length);
        if (theta is not null && Rotated(layer)) (q, k) = (Rope(q, HeadDim, theta, RopeFactor, Pairs), Rope(k, HeadDim, theta, RopeFactor, Pairs));
        double scale = Scale?.Invoke(layer) ?? 1 / Math.Sqrt(HeadDim);
        double[][] y = NaiveMath.Attend(q, k, v, Heads, KvHeads, scale, (h, t, j, s) =>
        {
            if (Bias is not null) s += Bias(h, j);
            if (ScoreCap > 0) s = ScoreCap * Math.Tanh(s / ScoreCap);
            return Sees(layer, t, j) ? s : double.NegativeInfinity;
        });
        return Project(w, p + Attention[^1], y, Hidden, OutputBias, DropOutputBiases);

        double Clamp(double z) => Math.Clamp(z, -Clip, Clip);
    }

    private (double[][] Q, double[][] K, double[][] V) Qkv(NaiveWeights w, string p, double[][] x)
    {
        int d = HeadDim, group = Heads / KvHeads;
        if (Fused == NaiveFused.Separate)
            return (Project(w, p + Attention[0], x, Heads * d, QkvBias), Project(w, p + Attention[1], x, KvHeads * d, QkvBias),
                Project(w, p + Attention[2], x, KvHeads * d, QkvBias));
        double[][] all = Project(w, p + Attention[0], x, (Heads + 2 * KvHeads) * d, QkvBias);
        int block = Heads / 4 * d;
        return Fused switch
        {
            NaiveFused.Blocks => (Take(h => h * d, Heads), Take(h => (Heads + h) * d, KvHeads), Take(h => (Heads + KvHeads + h) * d, KvHeads)),
            NaiveFused.PerHead => (Take(h => 3 * h * d, Heads), Take(h => (3 * h + 1) * d, Heads), Take(h => (3 * h + 2) * d, Heads)),
            NaiveFused.PerGroup => (Take(h => (h / group * (group + 2) + h % group) * d, Heads), Take(h => (h * (group + 2) + group) * d, KvHeads),
                Take(h => (h * (group + 2) + group + 1) * d, KvHeads)),
            _ => (Take(h => CodeGen(h, 0), Heads), Take(h => CodeGen(h, 2), Heads), Take(h => CodeGen(h, 1), Heads)),
        };

        int CodeGen(int h, int part) => h * d / block * 3 * block + part * block + h * d % block;

        double[][] Take(Func<int, int> start, int heads) =>
            [.. all.Select(row => Enumerable.Range(0, heads).SelectMany(h => row.Skip(start(h)).Take(d)).ToArray())];
    }

    private double[][] Project(NaiveWeights w, string name, double[][] x, int outputs, bool bias, bool dropBias = false)
    {
        int inputs = x[0].Length;
        float[] matrix = Transposed ? w.Matrix(name + ".weight", inputs, outputs) : w.Matrix(name + ".weight", outputs, inputs);
        float[]? b = bias ? w.Vector(name + ".bias", outputs) : null;
        return Linear(x, matrix, dropBias ? null : b, Transposed);
    }

    private double[][] Normed(NaiveWeights w, double[][] x, string name)
    {
        float[]? gain = NormGain ? w.Vector(name + ".weight", Hidden, 1 - GainPlus) : null;
        return Norm(x, Rms, Epsilon, gain is null ? null : i => gain[i] + GainPlus, NormBias && NormGain ? w.Vector(name + ".bias", Hidden) : null);
    }

    private double[][] FullNorm(NaiveWeights w, string name, double[][] x)
    {
        float[] gain = w.Vector(name + ".weight", x[0].Length, 1);
        return Norm(x, Rms, Epsilon, i => gain[i]);
    }

    private double[][] HeadNorm(NaiveWeights w, string name, double[][] x, int heads)
    {
        if (QueryKeyGainPerHead) // a vector of each head, or (heads, d)
        {
            bool members = name.EndsWith("norms", StringComparison.Ordinal);
            float[][] gains = members ? [.. Enumerable.Range(0, heads).Select(h => w.Vector($"{name}.{h}.weight", HeadDim, 1))]
                : [w.Matrix(name + ".weight", heads, HeadDim)];
            float[] all = [.. gains.SelectMany(g => g)];
            return Norm(x, Rms, Epsilon, i => all[i], null, HeadDim);
        }
        float[] gain = w.Vector(name + ".weight", HeadDim, 1 - GainPlus);
        return Norm(x, Rms, Epsilon, i => gain[i % HeadDim] + GainPlus, QueryKeyNormBias ? w.Vector(name + ".bias", HeadDim) : null, HeadDim);
    }
}
