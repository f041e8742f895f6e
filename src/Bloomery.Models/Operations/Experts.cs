using Bloomery.Models.Execution;
using Bloomery.Models.Planning;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Threading;

namespace Bloomery.Models.Operations;

/// <summary>A mixture of gated experts (arXiv 2401.04088): tokens are gathered by expert, so that each expert's matrices are read once a batch.</summary>
internal sealed class Experts : Operation, IRangeJob
{
    private enum Phase
    {
        GateAndUp,
        Down,
    }

    private readonly ExpertSpec _spec;
    private readonly Weight _gate, _up, _down;
    private readonly ExpertRouter _router;
    private readonly int[] _begin;
    private Executor? _executor;
    private Phase _phase;
    private int _expert;
    private int[] _ids = [], _slots = [];
    private float[] _weights = [];

    /// <summary>Outputs: the result, then working space for routing, gathered inputs, gates, ups and downs.</summary>
    public Experts(Value x, Value router, IReadOnlyList<Value> outputs, ExpertSpec spec, Weight gate, Weight up, Weight down) : base([x, router], outputs)
    {
        (_spec, _gate, _up, _down) = (spec, gate, up, down);
        if (spec.Used < 1 || spec.Used > spec.Experts) throw new ArgumentException($"{spec.Used} of {spec.Experts} experts cannot be used for each token");
        _router = new ExpertRouter(spec);
        _begin = new int[spec.Experts + 1];
    }

    /// <inheritdoc/>
    public override string Description => $"experts {_gate.Name}: {_spec.Used} of {_spec.Experts}";

    /// <inheritdoc/>
    public override long WeightBytes => (_gate.ByteLength + _up.ByteLength + _down.ByteLength) / _spec.Experts * _spec.Used;

    /// <inheritdoc/>
    public override long FlopsPerRow => 6L * _spec.Used * _gate.Matrix.Rows * _gate.Matrix.Columns;

    /// <inheritdoc/>
    public override int ScratchBytes(Executor executor, int rows) => Math.Max(
        executor.Kernels.MatMulScratchBytes(_gate.Matrix, rows * _spec.Used), executor.Kernels.MatMulScratchBytes(_down.Matrix, rows * _spec.Used));

    /// <inheritdoc/>
    public override void Run(Executor executor)
    {
        _executor = executor;
        int tokens = executor.RowCount(Output);
        Route(tokens);
        Gather(tokens);
        for (_expert = 0; _expert < _spec.Experts; _expert++)
        {
            int count = _begin[_expert + 1] - _begin[_expert];
            if (count == 0) continue;
            _phase = Phase.GateAndUp;
            Matrix gate = _gate.Matrices[_expert], down = _down.Matrices[_expert];
            executor.Divide(this, gate.Rows, executor.Kernels.MatMulRowChunk(gate, count));
            Span<float> gates = Part(3, gate.Rows);
            executor.Kernels.Gate(_spec.Activation, gates, Part(4, gate.Rows), gates);
            _phase = Phase.Down;
            executor.Divide(this, down.Rows, executor.Kernels.MatMulRowChunk(down, count));
        }
        Scatter(tokens);
        _executor = null;
    }

    void IRangeJob.Run(int begin, int end, int worker)
    {
        KernelSet kernels = _executor!.Kernels;
        Span<byte> scratch = _executor.Scratch(worker);
        int count = _begin[_expert + 1] - _begin[_expert];
        Matrix gate = _gate.Matrices[_expert], up = _up.Matrices[_expert], down = _down.Matrices[_expert];
        if (_phase == Phase.GateAndUp)
        {
            kernels.MatMul(gate, Part(2, gate.Columns), Part(3, gate.Rows), count, begin, end, scratch);
            kernels.MatMul(up, Part(2, gate.Columns), Part(4, gate.Rows), count, begin, end, scratch);
            Scale(_gate, Part(3, gate.Rows), gate.Rows, begin, end);
            Scale(_up, Part(4, gate.Rows), gate.Rows, begin, end);
        }
        else
        {
            kernels.MatMul(down, Part(3, down.Columns), Part(5, down.Rows), count, begin, end, scratch);
            Scale(_down, Part(5, down.Rows), down.Rows, begin, end);
        }
    }

    private void Scale(Weight weight, Span<float> y, int columns, int begin, int end)
    {
        if (weight.Scales is not { } scales) return;
        for (int at = begin; at < y.Length; at += columns)
        {
            Span<float> row = y.Slice(at, end - begin);
            _executor!.Kernels.Scale(row, scales[_expert], row);
        }
    }

    /// <summary>The current expert's rows of a working space.</summary>
    private Span<float> Part(int output, int columns) =>
        _executor!.Rows(Outputs[output]).Slice(_begin[_expert] * columns, (_begin[_expert + 1] - _begin[_expert]) * columns);

    private void Route(int tokens)
    {
        int used = _spec.Used, pairs = tokens * used;
        if (_ids.Length < pairs) (_ids, _slots, _weights) = (new int[pairs], new int[pairs], new float[pairs]);
        Array.Clear(_begin);
        for (int t = 0; t < tokens; t++)
        {
            Span<int> ids = _ids.AsSpan(t * used, used);
            _router.Choose(_executor!.Kernels, _executor.Row(Inputs[1], t), ids, _weights.AsSpan(t * used, used));
            foreach (int id in ids) _begin[id + 1]++;
        }
        for (int e = 0; e < _spec.Experts; e++) _begin[e + 1] += _begin[e];
        // Hand out the slots of each expert in turn; this moves every begin to its end ...
        for (int i = 0; i < pairs; i++) _slots[i] = _begin[_ids[i]]++;
        // ... which is the next one's begin.
        for (int e = _spec.Experts; e > 0; e--) _begin[e] = _begin[e - 1];
        _begin[0] = 0;
    }

    private void Gather(int tokens)
    {
        int columns = Inputs[0].Columns;
        Span<float> gathered = _executor!.Rows(Outputs[2]);
        for (int i = 0; i < tokens * _spec.Used; i++)
            _executor.Row(Inputs[0], i / _spec.Used).CopyTo(gathered[(_slots[i] * columns)..]);
    }

    private void Scatter(int tokens)
    {
        int columns = Output.Columns;
        ReadOnlySpan<float> results = _executor!.Rows(Outputs[5]);
        for (int t = 0; t < tokens; t++)
        {
            Span<float> y = _executor.Row(Output, t);
            y.Clear();
            for (int j = t * _spec.Used; j < (t + 1) * _spec.Used; j++)
                _executor.Kernels.AddScaled(results.Slice(_slots[j] * columns, columns), _weights[j], y);
        }
    }
}
