using static Bloomery.Tests.Models.Naive.NaiveMath;

namespace Bloomery.Tests.Models.Naive;

/// <summary>Encoders and encoder-decoders in plain loops: BERT and RoBERTa, BART, T5.</summary>
internal sealed class NaiveTwoSided(NaiveWeights w)
{
    private const int Hidden = 16, Heads = 4, Vocabulary = 20;

    public Func<double, double> Activation { get; init; } = GeluErf;

    /// <summary>Of BERT's norms.</summary>
    public double BertEpsilon { get; init; } = 1e-12;

    /// <summary>Word embeddings of the encoder alone; null: those of both.</summary>
    public string? EncoderWords { get; init; }

    /// <summary>Word embeddings of the decoder alone; null: those of both.</summary>
    public string? DecoderWords { get; init; }

    /// <summary>BERT's last hidden state; RoBERTa's where <paramref name="padding"/> says which id does not count.</summary>
    public double[][] Bert(string prefix, int[] ids, int[]? types, int? padding, bool causal = false)
    {
        int count = 0;
        int[] positions = [.. ids.Select((id, t) => padding is not { } pad ? t : id == pad ? pad : pad + ++count)];
        double[][] x = Plus(Plus(Rows($"{prefix}embeddings.word_embeddings", Vocabulary, ids), Rows($"{prefix}embeddings.position_embeddings", 32, positions)),
            Rows($"{prefix}embeddings.token_type_embeddings", 2, types ?? new int[ids.Length]));
        x = LayerNorm(x, $"{prefix}embeddings.LayerNorm", BertEpsilon);
        for (int i = 0; i < 2; i++)
        {
            string p = $"{prefix}encoder.layer.{i}.";
            double[][] a = Attend(x, x, [p + "attention.self.query", p + "attention.self.key", p + "attention.self.value", p + "attention.output.dense"], 0.5,
                true, (_, t, j) => causal && j > t ? double.NegativeInfinity : 0);
            x = LayerNorm(Plus(x, a), p + "attention.output.LayerNorm", BertEpsilon);
            x = LayerNorm(Plus(x, Dense(Map(Dense(x, p + "intermediate.dense", 24), Activation), p + "output.dense", Hidden)), p + "output.LayerNorm",
                BertEpsilon);
        }
        return x;
    }

    /// <summary>BART's logits; one encoder layer, two decoder layers, other heads and widths on each side.</summary>
    public double[][] Bart(int[] ids, int[] decoderIds, string shared, string? head, bool finalBias, double scale)
    {
        double[][] encoded = Side(ids, "encoder", 1, 2, 24, null), x = Side(decoderIds, "decoder", 2, 4, 12, encoded);
        double[][] logits = Linear(x, head is null ? w.Table(shared + ".weight", Vocabulary, Hidden) : w.Matrix(head + ".weight", Vocabulary, Hidden), null);
        if (!finalBias) return logits;
        float[] bias = w.Vector("final_logits_bias", Vocabulary);
        w.Put("final_logits_bias", [Vocabulary], bias);
        return [.. logits.Select(row => row.Select((z, i) => z + bias[i]).ToArray())];

        double[][] Side(int[] tokens, string side, int layers, int heads, int inner, double[][]? memory)
        {
            double[][] y = Plus(Map(Rows((memory is null ? EncoderWords : DecoderWords) ?? shared, Vocabulary, tokens), v => v * scale),
                Rows($"model.{side}.embed_positions", 32 + 2, [.. tokens.Select((_, t) => t + 2)]));
            y = LayerNorm(y, $"model.{side}.layernorm_embedding", 1e-5);
            for (int i = 0; i < layers; i++)
            {
                string p = $"model.{side}.layers.{i}.";
                string[] Names(string a) => [p + a + ".q_proj", p + a + ".k_proj", p + a + ".v_proj", p + a + ".out_proj"];
                y = LayerNorm(Plus(y,
                    Attend(y, y, Names("self_attn"), 1 / Math.Sqrt(Hidden / heads), true, (_, t, j) =>
                    memory is not null && j > t ? double.NegativeInfinity : 0, heads)), p + "self_attn_layer_norm", 1e-5);
                if (memory is not null)
                    y = LayerNorm(Plus(y, Attend(y, memory, Names("encoder_attn"), 1 / Math.Sqrt(Hidden / heads), true, (_, _, _) => 0, heads)), p
                        + "encoder_attn_layer_norm", 1e-5);
                y = LayerNorm(Plus(y, Dense(Map(Dense(y, p + "fc1", inner), Activation), p + "fc2", Hidden)), p + "final_layer_norm", 1e-5);
            }
            return y;
        }
    }

    /// <summary>T5's logits; two encoder layers, one decoder layer, heads of 3.</summary>
    public double[][] T5(int[] ids, int[] decoderIds, bool gated, string? head, bool scaleOutputs, int buckets, int far, string shared = "shared")
    {
        double[][] encoded = Side(ids, "encoder", 2, null), x = Side(decoderIds, "decoder", 1, encoded);
        if (scaleOutputs) x = Map(x, v => v / Math.Sqrt(Hidden));
        return Linear(x, head is null ? w.Table(shared + ".weight", Vocabulary, Hidden) : w.Matrix(head + ".weight", Vocabulary, Hidden), null);

        double[][] Side(int[] tokens, string side, int layers, double[][]? memory)
        {
            bool decoder = memory is not null;
            double[][] y = Rows((memory is null ? EncoderWords : DecoderWords) ?? shared, Vocabulary, tokens);
            float[] table = w.Table($"{side}.block.0.layer.0.SelfAttention.relative_attention_bias.weight", buckets, Heads);
            for (int i = 0; i < layers; i++)
            {
                string p = $"{side}.block.{i}.layer.";
                string[] Names(string a) => [p + a + ".q", p + a + ".k", p + a + ".v", p + a + ".o"];
                y = Plus(y, Attend(RmsNorm(y, p + "0.layer_norm"), null, Names("0.SelfAttention"), 1, false,
                    (h, t, j) => decoder && j > t ? double.NegativeInfinity : table[Bucket(j - t, !decoder) * Heads + h], dim: 3));
                if (decoder) y = Plus(y, Attend(RmsNorm(y, p + "1.layer_norm"), memory, Names("1.EncDecAttention"), 1, false, (_, _, _) => 0, dim: 3));
                p += decoder ? "2." : "1.";
                double[][] h = RmsNorm(y, p + "layer_norm"), up = Dense(h, p + (gated ? "DenseReluDense.wi_1" : "DenseReluDense.wi"), 24, false);
                up = gated ? Times(Map(Dense(h, p + "DenseReluDense.wi_0", 24, false), Activation), up) : Map(up, Activation);
                y = Plus(y, Dense(up, p + "DenseReluDense.wo", Hidden, false));
            }
            return RmsNorm(y, $"{side}.final_layer_norm");
        }

        int Bucket(int distance, bool both)
        {
            int n = both ? buckets / 2 : buckets, e = n / 2, first = both && distance > 0 ? n : 0, x = both ? Math.Abs(distance) : Math.Max(-distance, 0);
            return first + (x < e ? x : Math.Min(e + (int)(Math.Log((double)x / e) / Math.Log((double)far / e) * (n - e) + 1e-6), n - 1));
        }
    }

    private double[][] Rows(string name, int rows, int[] which)
    {
        float[] table = w.Table(name + ".weight", rows, Hidden);
        return [.. which.Select(r => table.Skip(r * Hidden).Take(Hidden).Select(v => (double)v).ToArray())];
    }

    private double[][] Dense(double[][] x, string name, int outputs, bool bias = true) =>
        Linear(x, w.Matrix(name + ".weight", outputs, x[0].Length), bias ? w.Vector(name + ".bias", outputs) : null);

    private double[][] LayerNorm(double[][] x, string name, double epsilon)
    {
        float[] gain = w.Vector(name + ".weight", Hidden, 1);
        return Norm(x, false, epsilon, i => gain[i], w.Vector(name + ".bias", Hidden));
    }

    private double[][] RmsNorm(double[][] x, string name)
    {
        float[] gain = w.Vector(name + ".weight", Hidden, 1);
        return Norm(x, true, 1e-6, i => gain[i]);
    }

    private double[][] Attend(double[][] x, double[][]? memory, string[] names, double scale, bool bias, Func<int, int, int, double> add, int heads = Heads,
        int dim = 0)
    {
        int columns = dim == 0 ? Hidden : heads * dim;
        memory ??= x;
        double[][] q = Dense(x, names[0], columns, bias), k = Dense(memory, names[1], columns, bias), v = Dense(memory, names[2], columns, bias);
        return Dense(NaiveMath.Attend(q, k, v, heads, heads, scale, (h, t, j, s) => s + add(h, t, j)), names[3], Hidden, bias);
    }
}
