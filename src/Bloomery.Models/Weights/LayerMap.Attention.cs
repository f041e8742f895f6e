using Bloomery.Models.Planning;

namespace Bloomery.Models.Weights;

/// <summary>Projections of attention. GGUF files have query, key and value apart or in one tensor, whatever the family.</summary>
internal sealed partial class LayerMap
{
    private static readonly string[] Projections = ["q_proj", "k_proj", "v_proj"];

    /// <summary>
    /// Separate query, key, value and output projections under the names that most checkpoints use; GGUF files of these families store query and key rows
    /// in pairs, which is undone.
    /// </summary>
    /// <param name="spec">Heads and their sizes.</param>
    /// <param name="hidden">Elements of a hidden state.</param>
    /// <param name="qkvBias">Whether q, k and v have biases.</param>
    /// <param name="outputBias">Whether the output projection has one.</param>
    public void RotatedQkv(AttentionSpec spec, int hidden, BiasRule qkvBias, BiasRule outputBias)
    {
        Separate(spec, hidden, qkvBias, pairs: true);
        Linear("attn_output", "self_attn.o_proj", hidden, spec.Heads * spec.ValueDim, outputBias);
    }

    /// <summary>Separate query, key, value and output projections under the names that most checkpoints use, in the same order in GGUF files.</summary>
    public void Qkv(AttentionSpec spec, int hidden, BiasRule qkvBias, BiasRule outputBias)
    {
        Separate(spec, hidden, qkvBias);
        Linear("attn_output", "self_attn.o_proj", hidden, spec.Heads * spec.ValueDim, outputBias);
    }

    /// <summary>Separate query, key and value projections.</summary>
    /// <param name="spec">Heads and their sizes.</param>
    /// <param name="hidden">Elements of a hidden state.</param>
    /// <param name="bias">Whether they have biases.</param>
    /// <param name="prefix">What the names in checkpoints begin with.</param>
    /// <param name="names">The names in checkpoints; null: the usual ones.</param>
    /// <param name="pairs">Whether GGUF files store query and key rows in pairs.</param>
    public void Separate(AttentionSpec spec, int hidden, BiasRule bias = BiasRule.Required, string prefix = "self_attn.", string[]? names = null,
        bool pairs = false)
    {
        names ??= Projections;
        Project(spec, hidden, bias, Holds("attn_qkv.weight"), pairs, prefix + names[0], prefix + names[1], prefix + names[2]);
    }

    /// <summary>Query, key and value as parts of one stored projection.</summary>
    /// <param name="source">The stored tensor in safetensors checkpoints; GGUF files have <c>attn_qkv</c> with q, k, v one after the other.</param>
    /// <param name="q">Rows of q in a checkpoint; null: the first ones.</param>
    /// <param name="k">Rows of k; null: after q.</param>
    /// <param name="v">Rows of v; null: after k.</param>
    /// <param name="spec">Heads and their sizes.</param>
    /// <param name="hidden">Elements of a hidden state.</param>
    /// <param name="bias">Whether the projection has a bias.</param>
    /// <param name="transposed">Whether checkpoints store it as (inputs, outputs).</param>
    public void FusedQkv(string source, AttentionSpec spec, int hidden, BiasRule bias, RowSelection? q = null, RowSelection? k = null, RowSelection? v = null,
        bool transposed = false)
    {
        int queries = spec.Heads * spec.KeyDim, keys = spec.KvHeads * spec.KeyDim, values = spec.KvHeads * spec.ValueDim;
        WeightSource Rows(RowSelection? own, int start, int count) => new(source, own ?? RowSelection.Range(start, count), transposed && !IsGguf);
        Project(spec, hidden, bias, !Holds("attn_q.weight"), pairs: false, Rows(q, 0, queries), Rows(k, queries, keys), Rows(v, queries + keys, values));
    }

    private void Project(AttentionSpec spec, int hidden, BiasRule bias, bool fused, bool pairs, WeightSource q, WeightSource k, WeightSource v)
    {
        int queries = spec.Heads * spec.KeyDim, keys = spec.KvHeads * spec.KeyDim, values = spec.KvHeads * spec.ValueDim;
        RowSelection? Order(int heads) => pairs ? RowSelection.FromPairs(heads, spec.KeyDim) : null;
        Project("attn_q", q, queries, hidden, bias, 0, Order(spec.Heads), fused);
        Project("attn_k", k, keys, hidden, bias, queries, Order(spec.KvHeads), fused);
        Project("attn_v", v, values, hidden, bias, queries + keys, null, fused);
    }

    /// <summary>One projection; in a GGUF file with a tensor for all three its rows begin at <paramref name="first"/>. Even then biases may be apart.</summary>
    private void Project(string target, WeightSource source, int outputs, int inputs, BiasRule bias, int first, RowSelection? order, bool fused)
    {
        if (!IsGguf || !fused)
        {
            Linear(target, source, outputs, inputs, bias, new WeightSource(target, order));
            return;
        }
        RowSelection rows = order ?? RowSelection.Range(0, outputs);
        WeightSource shared = new("attn_qkv", rows with { Start = rows.Start + first });
        Add(target + ".weight", [outputs, inputs], [Part(shared, ".weight")]);
        bool apart = Holds(target + ".bias") && !Holds("attn_qkv.bias");
        Add(target + ".bias", [outputs], [Part(apart ? new WeightSource(target, order) : shared, ".bias")], optional: true);
        Scales(target, "attn_qkv", 1);
    }

    /// <summary>Gains of one norm a head: checkpoints hold one vector a head, GGUF files all in one.</summary>
    public void HeadGains(string target, string source, int heads, int headDim)
    {
        IReadOnlyList<WeightPart> parts = IsGguf ? [Part(target, ".weight")] : [.. Enumerable.Range(0, heads).Select(h => Part($"{source}.{h}", ".weight"))];
        Add(target + ".weight", [checked(heads * headDim)], parts);
    }

    /// <summary>
    /// The up-projections of latent attention, one matrix a head: keys transposed to (latent, nope), so that queries absorb them; values (v, latent).
    /// </summary>
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
}
