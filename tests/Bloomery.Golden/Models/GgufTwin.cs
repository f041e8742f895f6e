using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Golden.Models;

/// <summary>Writes a golden checkpoint as a GGUF file, under the names and in the orders that llama.cpp's converter gives it.</summary>
internal sealed class GgufTwin(string architecture)
{
    private static readonly Dictionary<string, string> LayerNames = new()
    {
        ["input_layernorm"] = "attn_norm", ["post_attention_layernorm"] = "ffn_norm", ["pre_feedforward_layernorm"] = "ffn_norm",
            ["post_feedforward_layernorm"] = "post_ffw_norm",
        ["self_attn.q_proj"] = "attn_q", ["self_attn.k_proj"] = "attn_k", ["self_attn.v_proj"] = "attn_v", ["self_attn.o_proj"] = "attn_output",
            ["self_attn.dense"] = "attn_output", ["self_attn.qkv_proj"] = "attn_qkv",
        ["self_attn.q_norm"] = "attn_q_norm", ["self_attn.k_norm"] = "attn_k_norm",
        ["mlp.gate_proj"] = "ffn_gate", ["mlp.up_proj"] = "ffn_up", ["mlp.down_proj"] = "ffn_down", ["mlp.fc1"] = "ffn_up", ["mlp.fc2"] = "ffn_down",
            ["mlp.gate_up_proj"] = "ffn_up",
        ["mlp.gate"] = "ffn_gate_inp", ["block_sparse_moe.gate"] = "ffn_gate_inp", ["mlp.shared_expert_gate"] = "ffn_gate_inp_shexp",
        ["mlp.shared_expert.gate_proj"] = "ffn_gate_shexp", ["mlp.shared_expert.up_proj"] = "ffn_up_shexp", ["mlp.shared_expert.down_proj"] = "ffn_down_shexp",
        ["mlp.shared_experts.gate_proj"] = "ffn_gate_shexp", ["mlp.shared_experts.up_proj"] = "ffn_up_shexp",
            ["mlp.shared_experts.down_proj"] = "ffn_down_shexp",
        ["self_attn.kv_a_proj_with_mqa"] = "attn_kv_a_mqa", ["self_attn.kv_a_layernorm"] = "attn_kv_a_norm", ["self_attn.kv_b_proj"] = "attn_kv_b",
        ["self_attn.q_a_proj"] = "attn_q_a", ["self_attn.q_a_layernorm"] = "attn_q_a_norm", ["self_attn.q_b_proj"] = "attn_q_b",
        ["ln_1"] = "attn_norm", ["ln_2"] = "ffn_norm", ["attn.c_attn"] = "attn_qkv", ["attn.c_proj"] = "attn_output", ["mlp.c_fc"] = "ffn_up",
            ["mlp.c_proj"] = "ffn_down",
        ["attention.self.query"] = "attn_q", ["attention.self.key"] = "attn_k", ["attention.self.value"] = "attn_v", ["attention.output.dense"] = "attn_output",
            ["attention.output.LayerNorm"] = "attn_output_norm",
        ["intermediate.dense"] = "ffn_up", ["output.dense"] = "ffn_down", ["output.LayerNorm"] = "layer_output_norm",
        ["layer.0.layer_norm"] = "attn_norm", ["layer.1.layer_norm"] = "cross_attn_norm", ["layer.2.layer_norm"] = "ffn_norm",
            ["layer.0.SelfAttention.relative_attention_bias"] = "attn_rel_b",
        ["layer.0.SelfAttention.q"] = "attn_q", ["layer.0.SelfAttention.k"] = "attn_k", ["layer.0.SelfAttention.v"] = "attn_v",
            ["layer.0.SelfAttention.o"] = "attn_o",
        ["layer.1.EncDecAttention.q"] = "cross_attn_q", ["layer.1.EncDecAttention.k"] = "cross_attn_k", ["layer.1.EncDecAttention.v"] = "cross_attn_v",
            ["layer.1.EncDecAttention.o"] = "cross_attn_o",
        ["layer.1.DenseReluDense.wi"] = "ffn_up", ["layer.1.DenseReluDense.wo"] = "ffn_down", ["layer.2.DenseReluDense.wi"] = "ffn_up",
            ["layer.2.DenseReluDense.wo"] = "ffn_down",
    };

    private static readonly Dictionary<string, string> RootNames = new()
    {
        ["embed_tokens"] = "token_embd", ["lm_head"] = "output", ["norm"] = "output_norm", ["final_layernorm"] = "output_norm", ["wte"] = "token_embd",
            ["wpe"] = "position_embd", ["ln_f"] = "output_norm",
        ["embeddings.word_embeddings"] = "token_embd", ["embeddings.position_embeddings"] = "position_embd",
            ["embeddings.token_type_embeddings"] = "token_types", ["embeddings.LayerNorm"] = "token_embd_norm",
        ["shared"] = "token_embd", ["encoder.final_layer_norm"] = "enc.output_norm", ["decoder.final_layer_norm"] = "dec.output_norm",
    };

    private static readonly Regex Layer = new(@"^(?:layers|h|encoder\.layer|(encoder|decoder)\.block)\.(\d+)\.(.*)\.(weight|bias)$");
    private static readonly Regex Expert = new(@"^(.*)(?:mlp|block_sparse_moe)\.experts\.(\d+)\.(\w+)\.weight$");

    private readonly GgufWriter _writer = new GgufWriter().Set("general.architecture", architecture);

    /// <summary>Heads of q and k whose rows are stored in pairs, or null.</summary>
    public (int Query, int Key)? PairedHeads { get; init; }

    /// <summary>Whether norms are stored as 1 + w.</summary>
    public bool GainsPlusOne { get; init; }

    /// <summary>Rows cut from the position table (RoBERTa).</summary>
    public int CutPositions { get; init; }

    /// <summary>Heads, and key rows without position, of a kv_b matrix to be stored as two stacks; null: one matrix, as older files have it.</summary>
    public (int Heads, int Nope)? LatentStacks { get; init; }

    /// <summary>Names that differ from the common ones.</summary>
    public Dictionary<string, string> Special { get; init; } = [];

    public void Set<T>(string key, T value) where T : notnull => _writer.Set($"{architecture}.{key}", value);

    public void Save(string directory, string path)
    {
        using (TensorFile file = TensorFile.OpenAny(directory))
        {
            Dictionary<string, SortedDictionary<int, (long[] Shape, float[] Data)>> stacks = [];
            foreach (TensorInfo tensor in file.Tensors.Values)
            {
                string name = Regex.Replace(tensor.Name, @"^(model|transformer|bert|roberta)\.", "");
                float[] data = file.Dequantize(tensor);
                if (Expert.Match(name) is { Success: true } expert)
                {
                    string kind = expert.Groups[3].Value switch { "w1" or "gate_proj" => "gate", "w3" or "up_proj" => "up", _ => "down" };
                    string stack = $"blk.{Regex.Match(expert.Groups[1].Value, @"\d+").Value}.ffn_{kind}_exps.weight";
                    stacks.TryAdd(stack, []);
                    stacks[stack][int.Parse(expert.Groups[2].Value)] = (tensor.Shape, data);
                    continue;
                }
                if (name.StartsWith("pooler.", StringComparison.Ordinal)) continue;
                Add(name, tensor.Shape, data);
            }
            foreach ((string name, SortedDictionary<int, (long[] Shape, float[] Data)> members) in stacks)
                Put(name, [members.Count, .. members[0].Shape], [.. members.Values.SelectMany(m => m.Data)]);
        }
        _writer.Save(path);
    }

    public void Put(string name, float[] vector) => Put(name, [vector.Length], vector);

    private void Add(string name, long[] shape, float[] data)
    {
        if (name.EndsWith("e_score_correction_bias", StringComparison.Ordinal))
        {
            Put($"blk.{Regex.Match(name, @"\d+").Value}.exp_probs_b.bias", shape, data);
            return;
        }
        Match layer = Layer.Match(name);
        string own = layer.Success ? layer.Groups[3].Value : Path.GetFileNameWithoutExtension(name), suffix = Path.GetExtension(name);
        string side = layer.Groups[1].Value is { Length: > 0 } s ? s[..3] + "." : "";
        if (side == "enc." && own == "layer.1.layer_norm") own = "layer.2.layer_norm"; // an encoder has no cross-attention
        string target = Special.TryGetValue(own, out string? special) ? special : layer.Success ? LayerNames[own] : RootNames[own];
        if (PairedHeads is { } heads && target is "attn_q" or "attn_k")
            data = Pair(data, shape, target == "attn_q" ? PairedHeads!.Value.Query : PairedHeads!.Value.Key);
        if (GainsPlusOne && target.EndsWith("norm", StringComparison.Ordinal)) data = [.. data.Select(v => v + 1)];
        if (target == "position_embd" && CutPositions > 0) (data, shape) = (data[(int)(CutPositions * shape[1])..], [shape[0] - CutPositions, shape[1]]);
        string prefix = layer.Success ? $"{side}blk.{layer.Groups[2].Value}." : "";
        if (target == "attn_kv_b" && LatentStacks is { } latent) PutStacks(prefix, shape, data, latent.Heads, latent.Nope);
        else Put(prefix + target + suffix, shape, data);
    }

    /// <summary>Keys transposed to (head, latent, nope), values (head, v, latent).</summary>
    private void PutStacks(string prefix, long[] shape, float[] data, int heads, int nope)
    {
        int latent = (int)shape[1], stride = (int)shape[0] / heads, valueDim = stride - nope;
        List<float> keys = [], values = [];
        for (int h = 0; h < heads; h++)
        {
            for (int c = 0; c < latent; c++)
                for (int r = 0; r < nope; r++) keys.Add(data[(h * stride + r) * latent + c]);
            values.AddRange(data.AsSpan((h * stride + nope) * latent, valueDim * latent));
        }
        Put(prefix + "attn_k_b.weight", [heads, latent, nope], [.. keys]);
        Put(prefix + "attn_v_b.weight", [heads, valueDim, latent], [.. values]);
    }

    private static float[] Pair(float[] data, long[] shape, int heads)
    {
        int rows = (int)shape[0], width = data.Length / rows, d = rows / heads;
        float[] result = new float[data.Length];
        for (int h = 0; h < heads; h++)
            for (int j = 0; j < d / 2; j++)
                for (int b = 0; b < 2; b++)
                    data.AsSpan((h * d + b * d / 2 + j) * width, width).CopyTo(result.AsSpan((h * d + 2 * j + b) * width));
        return result;
    }

    private void Put(string name, long[] shape, float[] data) => _writer.Add(name, BlockFormat.F32, shape, MemoryMarshal.AsBytes<float>(data).ToArray());
}
