using Bloomery.Models.Operations;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Planning;

/// <summary>The only thing an architecture calls: each method appends an operation to the trace and returns the activation that it will write.</summary>
internal sealed class Ops
{
    private readonly List<Operation> _operations = [];
    private readonly Dictionary<string, Value> _outputs = [];
    private readonly List<Value> _hidden = [];
    private readonly List<KvLayerShape> _self = [], _cross = [];
    private readonly Dictionary<Rotary, Value> _rotaryTables = [];
    private readonly Dictionary<string, object> _once = [];
    private readonly bool _record;
    private bool _writesCross;
    private int _values, _crossRead;

    /// <summary>Begins a trace; hidden states are kept when <paramref name="recordHiddenStates"/>.</summary>
    public Ops(bool recordHiddenStates = false) => _record = recordHiddenStates;

    /// <summary>
    /// Rows of <paramref name="table"/> by token id, times <paramref name="scale"/>; a batch may give vectors instead (soft prompts), which are scaled only
    /// if <paramref name="scaleVectors"/>.
    /// </summary>
    public Value Embed(Weight table, float scale = 1, bool scaleVectors = false) =>
        Append(new EmbedTokens(New(table.Matrix.Columns), table, scale, scaleVectors));

    /// <summary>Rows of <paramref name="table"/> by position + <paramref name="offset"/> (learned positions).</summary>
    public Value EmbedPositions(Weight table, int offset = 0) => Append(new EmbedPositions(New(table.Matrix.Columns), table, offset));

    /// <summary>Rows of <paramref name="table"/> by the running count of tokens that are no <paramref name="padding"/>, from the row after it on.</summary>
    public Value EmbedCountedPositions(Weight table, int padding) => Append(new EmbedCountedPositions(New(table.Matrix.Columns), table, padding));

    /// <summary>Rows of <paramref name="table"/> by token type.</summary>
    public Value EmbedTypes(Weight table) => Append(new EmbedTypes(New(table.Matrix.Columns), table));

    /// <summary>Root-mean-square norm over all columns, or over each run of <paramref name="groupSize"/> of them.</summary>
    public Value RmsNorm(Value x, Weight norm, float epsilon, int groupSize = 0) => Append(new RmsNorm(x, Like(x), norm, epsilon, groupSize));

    /// <summary>
    /// Layer norm over all columns, or over each run of <paramref name="groupSize"/> of them; without gain and bias if <paramref name="norm"/> is null.
    /// </summary>
    public Value LayerNorm(Value x, Weight? norm, float epsilon, int groupSize = 0) => Append(new LayerNorm(x, Like(x), norm, epsilon, groupSize));

    /// <summary>x W^T + b.</summary>
    public Value Linear(Value x, Weight weight) => Append(new Linear(x, New(weight.Matrix.Rows, x.Rows), weight));

    /// <summary>A linear layer of its own for each of the equal runs of columns (one a head).</summary>
    public Value HeadLinear(Value x, Weight stack) => Append(new HeadLinear(x, New(stack.Matrices.Count * stack.Matrix.Rows, x.Rows), stack));

    /// <summary>For each head, its run of <paramref name="a"/> followed by its run of <paramref name="b"/>.</summary>
    public Value ConcatHeads(Value a, Value b, int heads) => Append(new ConcatHeads(a, b, New(a.Columns + b.Columns, a.Rows), heads));

    /// <summary>Turns the first dimensions of each head by its position.</summary>
    public Value Rope(Value x, Rotary rotary, int headDim)
    {
        if (!_rotaryTables.TryGetValue(rotary, out Value table))
            _rotaryTables[rotary] = table = Append(new RotaryTable(New(rotary.Dimensions), rotary));
        return Append(new Rope(x, table, Like(x), rotary, headDim));
    }

    /// <summary>Self-attention: appends keys and values to the cache of this layer, and attends to what is visible.</summary>
    public Value Attention(Value q, Value k, Value v, AttentionSpec spec)
    {
        _self.Add(new KvLayerShape(spec.KvHeads, spec.KeyDim, spec.ValueDim));
        return Append(new Attention(q, k, v, New(spec.Heads * spec.ValueDim), spec, _self.Count - 1));
    }

    /// <summary>Cross-attention of a decoder, to the keys and values that the encoder's plan stored for this layer.</summary>
    public Value CrossAttention(Value q, AttentionSpec spec)
    {
        if (_crossRead == _cross.Count) _cross.Add(new KvLayerShape(spec.KvHeads, spec.KeyDim, spec.ValueDim));
        return Append(new CrossAttention(q, New(spec.Heads * spec.ValueDim), spec, _crossRead++));
    }

    /// <summary>Stores an encoder's keys and values for the next cross-attention layer of the decoder.</summary>
    public void StoreCross(Value k, Value v, AttentionSpec spec)
    {
        _writesCross = true;
        _cross.Add(new KvLayerShape(spec.KvHeads, spec.KeyDim, spec.ValueDim));
        Append(new StoreCross(k, v, New(1), spec, _cross.Count - 1));
    }

    /// <summary>a + b.</summary>
    public Value Add(Value a, Value b) => Append(new Add(a, b, Like(a)));

    /// <summary>x * factor; x itself where the factor is 1.</summary>
    public Value Scale(Value x, float factor) => factor == 1 ? x : Append(new Scale(x, Like(x), factor));

    /// <summary>cap * tanh(x / cap); x itself where the cap is 0.</summary>
    public Value SoftCap(Value x, float cap) => cap == 0 ? x : Append(new SoftCap(x, Like(x), cap));

    /// <summary>Clamps to +-limit.</summary>
    public Value Clamp(Value x, float limit) => Append(new Clamp(x, Like(x), limit));

    /// <summary>f(x).</summary>
    public Value Activate(Value x, Activation f) => Append(new Activate(x, Like(x), f));

    /// <summary>f(gate) * up.</summary>
    public Value Gate(Value gate, Value up, Activation f) => Append(new Gate(gate, up, Like(gate), f));

    /// <summary>x * sigmoid(gate), with one gate a row.</summary>
    public Value ScaleRows(Value x, Value gate) => Append(new ScaleRows(x, gate, Like(x)));

    /// <summary>A mixture of gated experts: the weighted sum of down(f(gate x) * up x) over the chosen ones.</summary>
    public Value Experts(Value x, Value router, ExpertSpec spec, Weight gate, Weight up, Weight down)
    {
        int used = spec.Used, inner = gate.Matrix.Rows;
        Value[] outputs = [Like(x), New(1), New(used * x.Columns), New(used * inner), New(used * inner), New(used * x.Columns)];
        return Append(new Experts(x, router, outputs, spec, gate, up, down));
    }

    /// <summary>Only the rows whose output is wanted.</summary>
    public Value Select(Value x) => Append(new SelectRows(x, New(x.Columns, RowKind.Wanted)));

    /// <summary>What a trace makes once for all layers, under a name of the caller's.</summary>
    public T Once<T>(string name, Func<T> make) where T : class
    {
        if (!_once.TryGetValue(name, out object? made)) _once[name] = made = make();
        return (T)made;
    }

    /// <summary>Keeps <paramref name="x"/> as the next hidden state, if the plan records them.</summary>
    public void Record(Value x)
    {
        if (_record) _hidden.Add(x);
    }

    /// <summary>Names a result.</summary>
    public void Result(string name, Value x) => _outputs[name] = x;

    /// <summary>Ends the trace.</summary>
    public Plan Build()
    {
        ArenaLayout layout = ArenaLayout.Make(_operations, _values, _outputs.Values.Concat(_hidden));
        return new Plan([.. _operations], _outputs, _hidden, new KvShape(_self), new KvShape(_cross), _writesCross, layout);
    }

    private Value New(int columns, RowKind rows = RowKind.Tokens) => new(_values++, columns, rows);

    private Value Like(Value x) => New(x.Columns, x.Rows);

    private Value Append(Operation operation)
    {
        _operations.Add(operation);
        return operation.Output;
    }
}
