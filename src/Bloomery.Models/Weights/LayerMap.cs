namespace Bloomery.Models.Weights;

/// <summary>Declares the weights of one layer (or, with empty prefixes, those outside the layers).</summary>
internal sealed partial class LayerMap
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
    public void Linear(string target, WeightSource source, int outputs, int inputs, BiasRule bias = BiasRule.None, WeightSource? gguf = null,
        bool optional = false)
    {
        WeightSource stored = IsGguf ? gguf ?? target : source;
        Add(target + ".weight", [outputs, inputs], [Part(stored, ".weight")], optional: optional);
        bias = IsGguf ? BiasRule.IfPresent : Here(bias);
        if (bias != BiasRule.None)
            Add(target + ".bias", [outputs], [Part(stored with { Transposed = false }, ".bias")], optional: optional || bias == BiasRule.IfPresent);
        Scales(target, stored.Name, 1);
    }

    /// <summary>An embedding table.</summary>
    /// <param name="target">Canonical name without suffix.</param>
    /// <param name="source">Where safetensors checkpoints have it.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="rowsKey">The configuration key that says how many rows there are, for messages.</param>
    /// <param name="gguf">Where GGUF files have it, if not under the canonical name.</param>
    public void Embedding(string target, WeightSource source, int rows, int columns, string? rowsKey = null, WeightSource? gguf = null) =>
        Add(target + ".weight", [rows, columns], [Part(IsGguf ? gguf ?? target : source, ".weight")], rowsKey: rowsKey);

    /// <summary>
    /// The word embeddings and the head that maps states back to words. A head of its own wins over tying where it differs; of tied ones a checkpoint may
    /// hold either, under any of several names.
    /// </summary>
    /// <param name="embeddings">Where safetensors checkpoints have the embeddings: the first that is there counts.</param>
    /// <param name="head">Where they have the head.</param>
    /// <param name="vocabulary">Rows of both.</param>
    /// <param name="columns">Columns of both.</param>
    /// <param name="tied">Whether the head is the embedding table; GGUF files say so by leaving it out.</param>
    /// <param name="bias">Whether the head has a bias, which it keeps when tied.</param>
    /// <param name="newHead">Where the reference library's later versions have the head; null: in the same place.</param>
    public void EmbeddingAndHead(IReadOnlyList<string> embeddings, string head, int vocabulary, int columns, bool tied, BiasRule bias = BiasRule.None,
        string? newHead = null)
    {
        WeightPart own = Part(IsGguf ? "output" : head, ".weight");
        if (newHead is not null && !IsGguf) own = own with { Names = [.. Part(newHead, ".weight").Names, .. own.Names] };
        string[] names = IsGguf ? ["token_embd.weight"] : [.. embeddings.SelectMany(e => Part(e, ".weight").Names)];
        IReadOnlyList<string> either = tied && !IsGguf ? [.. names, .. own.Names] : names;
        Add("token_embd.weight", [vocabulary, columns], [new WeightPart(either, null, false)], rowsKey: "vocab_size");
        _map.IgnoreCopies(names);
        Add("output.weight", [vocabulary, columns], [own], tiedTo: tied || IsGguf ? "token_embd.weight" : null, rowsKey: "vocab_size");
        Scales("output", "output", 1);
        bias = Here(bias);
        if (bias == BiasRule.None) return;
        Add("output.bias", [vocabulary], [Part(IsGguf ? "output" : head, ".bias")], optional: IsGguf || bias == BiasRule.IfPresent);
    }

    /// <summary>The word embeddings and the head, where checkpoints have one name for each.</summary>
    public void EmbeddingAndHead(string embedding, string head, int vocabulary, int columns, bool tied, BiasRule bias = BiasRule.None,
        string? newHead = null) =>
        EmbeddingAndHead([embedding], head, vocabulary, columns, tied, bias, newHead);

    /// <summary>
    /// The word embeddings of one side of an encoder-decoder: checkpoints may hold a copy for each side, which counts where it differs; GGUF files have one
    /// for both.
    /// </summary>
    internal void SideEmbedding(string target, string source, int vocabulary, int columns)
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
    public void Norm(string target, WeightSource source, int size, BiasRule bias = BiasRule.None, float plus = 0, WeightSource? gguf = null,
        bool optional = false)
    {
        WeightSource stored = IsGguf ? gguf ?? target : source;
        bias = Here(bias);
        Add(target + ".weight", [size], [Part(stored, ".weight")], optional: optional, plus: IsGguf ? 0 : plus);
        if (bias != BiasRule.None) Add(target + ".bias", [size], [Part(stored, ".bias")], optional: optional || bias == BiasRule.IfPresent);
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

    /// <summary>A vector that is neither gain nor bias; <paramref name="source"/> is its full name, without a suffix to be added.</summary>
    public void Vector(string target, WeightSource source, int size, WeightSource? gguf = null, bool optional = false) =>
        Add(target, [size], [Part(IsGguf ? gguf ?? target : source, "")], optional);

    /// <summary>What the products of a weight are multiplied by, one number a matrix: block formats with narrow scales keep it beside the blocks.</summary>
    private void Scales(string target, string stored, int count)
    {
        if (IsGguf && Holds(stored + ".scale")) Add(target + ".scale", [count], [Part(stored, ".scale")]);
    }

    /// <summary>Whether the file at hand has a tensor of that full name in this layer.</summary>
    internal bool Holds(string name) => IsGguf ? _map.Holds(_canonical + name) : _map.Contains(_source + name);

    private BiasRule Here(BiasRule bias) => bias != BiasRule.IfPresentInGguf ? bias : IsGguf ? BiasRule.IfPresent : BiasRule.None;

    private WeightPart Part(WeightSource source, string suffix) => _map.Part(_canonical, _source, source, suffix);

    private void Add(
        string target, IReadOnlyList<int> shape, IReadOnlyList<WeightPart> parts, bool optional = false, string? tiedTo = null, float plus = 0, int stack = 1,
            string? rowsKey = null) =>
        _map.Add(new WeightEntry
        {
            Target = _canonical + target, Shape = shape, Parts = parts, Optional = optional, TiedTo = tiedTo, Plus = plus, Stack = stack, RowsKey = rowsKey,
        });
}
