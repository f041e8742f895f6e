using Bloomery.Models.Planning;

namespace Bloomery.Models.Weights;

/// <summary>Declares the weights of one layer (or, with empty prefixes, those outside the layers).</summary>
internal sealed class LayerMap
{
    private readonly WeightMap _map;
    private readonly string _canonical, _source;

    internal LayerMap(WeightMap map, string canonical, string source) => (_map, _canonical, _source) = (map, canonical, source);

    /// <summary>Whether the file at hand is GGUF.</summary>
    public bool IsGguf => _map.IsGguf;

    /// <summary>A linear layer.</summary>
    /// <param name="target">Canonical name without suffix.</param>
    /// <param name="source">Where safetensors checkpoints have it.</param>
    /// <param name="outputs">Rows.</param>
    /// <param name="inputs">Columns.</param>
    /// <param name="bias">Whether it has a bias; GGUF files decide by what they hold.</param>
    /// <param name="gguf">Where GGUF files have it, if not under the canonical name.</param>
    /// <param name="optional">Whether the layer may be absent.</param>
    public void Linear(string target, WeightSource source, int outputs, int inputs, BiasRule bias = BiasRule.None, WeightSource? gguf = null, bool optional = false)
    {
        WeightSource stored = IsGguf ? gguf ?? target : source;
        Add(target + ".weight", [outputs, inputs], [Part(stored, ".weight")], optional: optional);
        if (IsGguf) bias = BiasRule.IfPresent;
        if (bias != BiasRule.None) Add(target + ".bias", [outputs], [Part(stored with { Transposed = false }, ".bias")], optional: optional || bias == BiasRule.IfPresent);
    }

    /// <summary>A stack of equal linear layers without bias (experts, or heads): checkpoints hold one tensor a member, GGUF files one for all.</summary>
    /// <param name="target">Canonical name without suffix.</param>
    /// <param name="count">Members.</param>
    /// <param name="member">Where safetensors checkpoints have each member.</param>
    /// <param name="outputs">Rows of a member.</param>
    /// <param name="inputs">Columns of a member.</param>
    public void Stack(string target, int count, Func<int, WeightSource> member, int outputs, int inputs)
    {
        List<WeightPart> parts = [];
        for (int i = 0; i < (IsGguf ? 1 : count); i++)
        {
            parts.Add(Part(IsGguf ? target : member(i), ".weight"));
            _map.Demand(parts[i]);
        }
        Add(target + ".weight", [checked(count * outputs), inputs], parts, stack: count);
    }

    /// <summary>Gated experts, as <c>ffn_gate_exps</c>, <c>ffn_up_exps</c> and <c>ffn_down_exps</c>: GGUF files hold one tensor for each; checkpoints one matrix an expert, or all experts in <c>gate_up_proj</c> (experts, gate then up, hidden) and <c>down_proj</c> (experts, hidden, inner), as version 5 of the reference library has them in memory.</summary>
    /// <param name="count">Experts.</param>
    /// <param name="inner">Width of an expert.</param>
    /// <param name="hidden">Elements of a hidden state.</param>
    /// <param name="root">What precedes the names of the experts in checkpoints: <c>mlp.experts</c>.</param>
    /// <param name="gate">The name of an expert's gate.</param>
    /// <param name="up">The name of its up-projection.</param>
    /// <param name="down">The name of its down-projection.</param>
    internal void Experts(int count, int inner, int hidden, string root = "mlp.experts", string gate = "gate_proj", string up = "up_proj", string down = "down_proj")
    {
        string fused = $"{root}.gate_up_proj";
        if (IsGguf || !Holds(fused))
        {
            Stack("ffn_gate_exps", count, e => $"{root}.{e}.{gate}", inner, hidden);
            Stack("ffn_up_exps", count, e => $"{root}.{e}.{up}", inner, hidden);
            Stack("ffn_down_exps", count, e => $"{root}.{e}.{down}", hidden, inner);
            return;
        }
        int rows = checked(count * inner), stride = checked(2 * inner);
        Add("ffn_gate_exps.weight", [rows, hidden], [Part(new WeightSource(fused, RowSelection.PerGroup(count, stride, 0, inner)), "")], stack: count);
        Add("ffn_up_exps.weight", [rows, hidden], [Part(new WeightSource(fused, RowSelection.PerGroup(count, stride, inner, inner)), "")], stack: count);
        Add("ffn_down_exps.weight", [checked(count * hidden), inner], [Part($"{root}.down_proj", "")], stack: count);
    }

    /// <summary>Whether the file at hand has a tensor of that full name in this layer.</summary>
    internal bool Holds(string name) => _map.Contains(_source + name);

    /// <summary>An embedding table.</summary>
    /// <param name="target">Canonical name without suffix.</param>
    /// <param name="source">Where safetensors checkpoints have it.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="rowsKey">The configuration key that says how many rows there are, for messages.</param>
    /// <param name="gguf">Where GGUF files have it, if not under the canonical name.</param>
    public void Embedding(string target, WeightSource source, int rows, int columns, string? rowsKey = null, WeightSource? gguf = null) =>
        Add(target + ".weight", [rows, columns], [Part(IsGguf ? gguf ?? target : source, ".weight")], rowsKey: rowsKey);

    /// <summary>The word embeddings and the head that maps states back to words. A head of its own wins over tying where it differs; of tied ones a checkpoint may hold either, under any of several names.</summary>
    /// <param name="embeddings">Where safetensors checkpoints have the embeddings: the first that is there counts.</param>
    /// <param name="head">Where they have the head.</param>
    /// <param name="vocabulary">Rows of both.</param>
    /// <param name="columns">Columns of both.</param>
    /// <param name="tied">Whether the head is the embedding table; GGUF files say so by leaving it out.</param>
    /// <param name="bias">Whether the head has a bias, which it keeps when tied.</param>
    /// <param name="newHead">Where the reference library's later versions have the head; null: in the same place.</param>
    public void Words(IReadOnlyList<string> embeddings, string head, int vocabulary, int columns, bool tied, BiasRule bias = BiasRule.None, string? newHead = null)
    {
        WeightPart own = Part(IsGguf ? "output" : head, ".weight");
        if (newHead is not null && !IsGguf) own = own with { Names = [.. Part(newHead, ".weight").Names, .. own.Names] };
        string[] names = IsGguf ? ["token_embd.weight"] : [.. embeddings.SelectMany(e => Part(e, ".weight").Names)];
        IReadOnlyList<string> either = tied && !IsGguf ? [.. names, .. own.Names] : names;
        Add("token_embd.weight", [vocabulary, columns], [new WeightPart(either, null, false)], rowsKey: "vocab_size");
        _map.IgnoreCopies(names);
        Add("output.weight", [vocabulary, columns], [own], tiedTo: tied || IsGguf ? "token_embd.weight" : null, rowsKey: "vocab_size");
        if (bias == BiasRule.None) return;
        Add("output.bias", [vocabulary], [Part(IsGguf ? "output" : head, ".bias")], optional: IsGguf || bias == BiasRule.IfPresent);
    }

    /// <summary>The word embeddings and the head, where checkpoints have one name for each.</summary>
    public void Words(string embedding, string head, int vocabulary, int columns, bool tied, BiasRule bias = BiasRule.None, string? newHead = null) =>
        Words([embedding], head, vocabulary, columns, tied, bias, newHead);

    /// <summary>The word embeddings of one side of an encoder-decoder: checkpoints may hold a copy for each side, which counts where it differs; GGUF files have one for both.</summary>
    internal void OwnWords(string target, string source, int vocabulary, int columns)
    {
        if (!IsGguf) Add(target + ".weight", [vocabulary, columns], [Part(source, ".weight")], tiedTo: "token_embd.weight", rowsKey: "vocab_size");
    }

    /// <summary>A norm's gain, and its bias.</summary>
    /// <param name="target">Canonical name without suffix.</param>
    /// <param name="source">Where safetensors checkpoints have it.</param>
    /// <param name="size">Elements.</param>
    /// <param name="bias">Whether it has a bias.</param>
    /// <param name="plus">Added to the stored gain of safetensors checkpoints; GGUF files hold the sum.</param>
    /// <param name="gguf">Where GGUF files have it, if not under the canonical name.</param>
    /// <param name="optional">Whether the norm may be absent.</param>
    public void Norm(string target, WeightSource source, int size, BiasRule bias = BiasRule.None, float plus = 0, WeightSource? gguf = null, bool optional = false)
    {
        WeightSource stored = IsGguf ? gguf ?? target : source;
        Add(target + ".weight", [size], [Part(stored, ".weight")], optional: optional, plus: IsGguf ? 0 : plus);
        if (bias != BiasRule.None) Add(target + ".bias", [size], [Part(stored, ".bias")], optional: optional || bias == BiasRule.IfPresent);
    }

    /// <summary>Separate query, key, value and output projections under the names that most checkpoints use; GGUF files of these families store query and key rows in pairs, which is undone.</summary>
    /// <param name="spec">Heads and their sizes.</param>
    /// <param name="hidden">Elements of a hidden state.</param>
    /// <param name="qkvBias">Whether q, k and v have biases.</param>
    /// <param name="outputBias">Whether the output projection has one.</param>
    public void RotatedQkv(AttentionSpec spec, int hidden, BiasRule qkvBias, BiasRule outputBias)
    {
        Linear("attn_q", "self_attn.q_proj", spec.Heads * spec.KeyDim, hidden, qkvBias, new WeightSource("attn_q", RowSelection.FromPairs(spec.Heads, spec.KeyDim)));
        Linear("attn_k", "self_attn.k_proj", spec.KvHeads * spec.KeyDim, hidden, qkvBias, new WeightSource("attn_k", RowSelection.FromPairs(spec.KvHeads, spec.KeyDim)));
        Linear("attn_v", "self_attn.v_proj", spec.KvHeads * spec.ValueDim, hidden, qkvBias);
        Linear("attn_output", "self_attn.o_proj", hidden, spec.Heads * spec.ValueDim, outputBias);
    }

    /// <summary>Separate query, key, value and output projections under the names that most checkpoints use, in the same order in GGUF files.</summary>
    public void Qkv(AttentionSpec spec, int hidden, BiasRule qkvBias, BiasRule outputBias)
    {
        Separate(spec, hidden, qkvBias);
        Linear("attn_output", "self_attn.o_proj", hidden, spec.Heads * spec.ValueDim, outputBias);
    }

    /// <summary>Separate query, key and value projections.</summary>
    public void Separate(AttentionSpec spec, int hidden, BiasRule bias = BiasRule.Required, string prefix = "self_attn.")
    {
        Linear("attn_q", prefix + "q_proj", spec.Heads * spec.KeyDim, hidden, bias);
        Linear("attn_k", prefix + "k_proj", spec.KvHeads * spec.KeyDim, hidden, bias);
        Linear("attn_v", prefix + "v_proj", spec.KvHeads * spec.ValueDim, hidden, bias);
    }

    /// <summary>A gated feed-forward network under the names that most checkpoints use.</summary>
    public void GatedMlp(int hidden, int inner, BiasRule bias = BiasRule.None, string prefix = "mlp.", string suffix = "")
    {
        Linear("ffn_gate" + suffix, prefix + "gate_proj", inner, hidden, bias);
        Linear("ffn_up" + suffix, prefix + "up_proj", inner, hidden, bias);
        Linear("ffn_down" + suffix, prefix + "down_proj", hidden, inner, bias);
    }

    /// <summary>A feed-forward network of two linear layers.</summary>
    public void Mlp(string up, string down, int hidden, int inner, BiasRule bias, bool transposed = false)
    {
        Linear("ffn_up", new WeightSource(up, null, transposed), inner, hidden, bias);
        Linear("ffn_down", new WeightSource(down, null, transposed), hidden, inner, bias);
    }

    /// <summary>Query, key and value as parts of one stored projection.</summary>
    /// <param name="source">The stored tensor in safetensors checkpoints; GGUF files have <c>attn_qkv</c> with q, k, v one after the other.</param>
    /// <param name="q">Rows of q in a checkpoint; null: the first ones.</param>
    /// <param name="k">Rows of k; null: after q.</param>
    /// <param name="v">Rows of v; null: after k.</param>
    /// <param name="spec">Heads and their sizes.</param>
    /// <param name="hidden">Elements of a hidden state.</param>
    /// <param name="bias">Whether the projection has a bias.</param>
    /// <param name="transposed">Whether it is stored as (inputs, outputs).</param>
    public void FusedQkv(string source, AttentionSpec spec, int hidden, BiasRule bias, RowSelection? q = null, RowSelection? k = null, RowSelection? v = null, bool transposed = false)
    {
        int queries = spec.Heads * spec.KeyDim, keys = spec.KvHeads * spec.KeyDim, values = spec.KvHeads * spec.ValueDim;
        RowSelection plainQ = RowSelection.Range(0, queries), plainK = RowSelection.Range(queries, keys), plainV = RowSelection.Range(queries + keys, values);
        Linear("attn_q", new WeightSource(source, q ?? plainQ, transposed), queries, hidden, bias, new WeightSource("attn_qkv", plainQ));
        Linear("attn_k", new WeightSource(source, k ?? plainK, transposed), keys, hidden, bias, new WeightSource("attn_qkv", plainK));
        Linear("attn_v", new WeightSource(source, v ?? plainV, transposed), values, hidden, bias, new WeightSource("attn_qkv", plainV));
    }

    /// <summary>Gains of one norm a head: checkpoints hold one vector a head, GGUF files all in one.</summary>
    public void HeadGains(string target, string source, int heads, int headDim)
    {
        IReadOnlyList<WeightPart> parts = IsGguf ? [Part(target, ".weight")] : [.. Enumerable.Range(0, heads).Select(h => Part($"{source}.{h}", ".weight"))];
        Add(target + ".weight", [checked(heads * headDim)], parts);
    }

    /// <summary>The up-projections of latent attention, one matrix a head: keys transposed to (latent, nope), so that queries absorb them; values (v, latent).</summary>
    /// <param name="keys">Canonical name of the keys' stack.</param>
    /// <param name="values">Canonical name of the values' stack.</param>
    /// <param name="source">The checkpoint's tensor (heads, nope + v, latent).</param>
    /// <param name="ggufFused">The same in older GGUF files.</param>
    /// <param name="heads">Heads.</param>
    /// <param name="nope">Rows of a head's keys.</param>
    /// <param name="valueDim">Rows of a head's values.</param>
    /// <param name="latent">Columns.</param>
    /// <param name="separate">Whether the GGUF file has both stacks ready.</param>
    public void LatentUp(string keys, string values, string source, string ggufFused, int heads, int nope, int valueDim, int latent, bool separate)
    {
        int stride = nope + valueDim;
        List<WeightPart> keyParts = [], valueParts = [];
        if (IsGguf && separate)
        {
            keyParts.Add(Part(keys, ".weight"));
            valueParts.Add(Part(values, ".weight"));
        }
        else
        {
            string name = IsGguf ? ggufFused : source;
            for (int h = 0; h < heads; h++) keyParts.Add(Part(new WeightSource(name, null, Transposed: true, FirstInput: h * stride), ".weight"));
            valueParts.Add(Part(new WeightSource(name, RowSelection.PerGroup(heads, stride, nope, valueDim)), ".weight"));
        }
        Add(keys + ".weight", [checked(heads * latent), nope], keyParts, stack: heads);
        Add(values + ".weight", [checked(heads * valueDim), latent], valueParts, stack: heads);
    }

    /// <summary>A vector that is neither gain nor bias; <paramref name="source"/> is its full name, without a suffix to be added.</summary>
    public void Vector(string target, WeightSource source, int size, WeightSource? gguf = null, bool optional = false) =>
        Add(target, [size], [Part(IsGguf ? gguf ?? target : source, "")], optional);

    private WeightPart Part(WeightSource source, string suffix) => _map.Part(_canonical, _source, source, suffix);

    private void Add(
        string target, IReadOnlyList<int> shape, IReadOnlyList<WeightPart> parts, bool optional = false, string? tiedTo = null, float plus = 0, int stack = 1, string? rowsKey = null) =>
        _map.Add(new WeightEntry
        {
            Target = _canonical + target, Shape = shape, Parts = parts, Optional = optional, TiedTo = tiedTo, Plus = plus, Stack = stack, RowsKey = rowsKey,
        });
}
