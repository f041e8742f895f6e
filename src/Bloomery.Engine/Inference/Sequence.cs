using Bloomery.Formats;
using Bloomery.Models.Architectures;
using Bloomery.Models.Execution;
using Bloomery.Models.KvCache;
using Bloomery.Models.Planning;

namespace Bloomery.Engine.Inference;

/// <summary>One text on its way through a model: its ids, its caches, and the logits after its last token. A step allocates nothing.</summary>
internal sealed class Sequence : IDisposable
{
    private readonly Runtime _runtime;
    private readonly Executor _executor;
    private readonly Value _logits;
    private readonly Batch _batch = new();
    private readonly KvStore _store;
    private readonly KvStore? _cross;
    private readonly bool _ownsCross = true;
    private int[] _ids;
    private int _madeFor; // the length that the frequencies of the cached keys go by

    /// <summary>Begins an empty sequence; for encoder-decoders, runs the encoder over <paramref name="encoderIds"/>.</summary>
    /// <param name="runtime">The model.</param>
    /// <param name="capacity">Tokens to make room for at once.</param>
    /// <param name="encoderIds">The encoder's input, or null.</param>
    /// <param name="softPrompt">(n, hidden) vectors that precede the text, or empty.</param>
    /// <param name="cancellation">Ends the encoder's run.</param>
    public Sequence(Runtime runtime, int capacity = 0, int[]? encoderIds = null, ReadOnlyMemory<float> softPrompt = default,
        CancellationToken cancellation = default)
        : this(runtime, capacity, softPrompt)
    {
        if (runtime.Architecture.Kind != ArchitectureKind.EncoderDecoder) return;
        try
        {
            _cross = RunEncoder(encoderIds ?? throw new ArgumentException("an encoder-decoder needs the encoder's ids"), cancellation);
        }
        catch
        {
            _store.Dispose();
            throw;
        }
    }

    private Sequence(Runtime runtime, int capacity, ReadOnlyMemory<float> softPrompt)
    {
        _runtime = runtime;
        SoftPrompt = softPrompt;
        if (softPrompt.Length % runtime.Architecture.HiddenSize != 0)
            throw new ArgumentException($"a soft prompt of {softPrompt.Length} numbers is no whole number of rows of {runtime.Architecture.HiddenSize}");
        _executor = runtime.Executor(PlanRole.Decoder);
        _logits = _executor.Plan.Outputs["logits"];
        capacity = Math.Min(Math.Max(capacity, 16), runtime.ContextLength);
        _ids = new int[capacity];
        _store = runtime.NewStore(_executor.Plan.KvShape, capacity)!;
    }

    private Sequence(Sequence other) : this(other._runtime, other._ids.Length, other.SoftPrompt) => (_cross, _ownsCross) = (other._cross, false);

    /// <summary>The ids so far, without soft-prompt rows.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>Number of ids so far.</summary>
    public int Count { get; private set; }

    /// <summary>Rows that the soft prompt takes.</summary>
    public int SoftRows => SoftPrompt.Length / _runtime.Architecture.HiddenSize;

    /// <summary>How many more tokens the context holds.</summary>
    public int Room => _runtime.ContextLength - Count - SoftRows;

    private ReadOnlyMemory<float> SoftPrompt { get; }

    /// <summary>
    /// Appends tokens and returns the logits after the last of them; they stay valid until the model runs again. All of them are appended, or none.
    /// </summary>
    /// <exception cref="ArgumentException">There are none, or more than the context holds.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ReadOnlySpan<float> Append(ReadOnlySpan<int> ids, CancellationToken cancellation = default)
    {
        if (ids.IsEmpty) throw new ArgumentException("a model needs at least one token to go on from");
        if (ids.Length > Room) throw new ArgumentException($"{Count + SoftRows + ids.Length} tokens do not fit the context of {_runtime.ContextLength}");
        int before = Count, length = SoftRows + Count + ids.Length;
        if (_ids.Length < Count + ids.Length) Array.Resize(ref _ids, Math.Max(Count + ids.Length, (int)Math.Min(_ids.Length * 2L, _runtime.ContextLength)));
        ids.CopyTo(_ids.AsSpan(Count));
        // Frequencies that depend on the length make all cached keys stale when they change.
        // So do later tokens in a model whose layers look ahead.
        if (_store.Length > 0 && (_runtime.SeesAhead || _runtime.Architecture.CacheIsStale(_madeFor, length))) _store.Truncate(0);
        _madeFor = length;
        try
        {
            while (_store.Length < length) RunSlice(length, cancellation);
        }
        catch
        {
            // The slices that were run go too: the caller may give the same tokens again. Should the cache hold less than
            // the text now, because all of it was stale, the next call fills it up.
            _store.Truncate(SoftRows + before);
            throw;
        }
        Count += ids.Length;
        return _executor.Row(_logits, 0);
    }

    /// <summary>Forgets all but the first <paramref name="count"/> ids.</summary>
    public void Truncate(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count >= Count) return;
        Count = count;
        _store.Truncate(count + SoftRows);
    }

    /// <summary>
    /// An empty sequence with the same soft prompt and the same encoder's states, which are not computed again: it must not outlive this one.
    /// </summary>
    public Sequence Beside() => new(this);

    /// <summary>Makes this sequence a copy of <paramref name="other"/>, beside which it was made.</summary>
    public void CopyFrom(Sequence other)
    {
        if (ReferenceEquals(this, other)) return;
        if (_ids.Length < other.Count) Array.Resize(ref _ids, other._ids.Length);
        _store.CopyFrom(other._store); // first: it may find no memory
        other.Ids.CopyTo(_ids);
        (Count, _madeFor) = (other.Count, other._madeFor);
    }

    /// <summary>The cached tokens as <see cref="Append"/> left them, to be written to a file.</summary>
    /// <exception cref="NotSupportedException">The sequence begins with a soft prompt, or reads an encoder.</exception>
    public IEnumerable<SnapshotTensor> Snapshot()
    {
        if (SoftRows > 0 || _cross is not null) throw new NotSupportedException("a text with a soft prompt or an encoder cannot be saved");
        if (_store.Length != Count)
            throw new InvalidOperationException($"{_store.Length} of {Count} tokens are cached, because a run failed: append something first");
        return KvSnapshot.Of(_store);
    }

    /// <summary>
    /// Fills this empty sequence with <paramref name="ids"/> and their keys and values, the first of what <see cref="Snapshot"/> wrote to
    /// <paramref name="file"/>.
    /// </summary>
    /// <exception cref="ModelFormatException">The file does not hold what this model caches.</exception>
    public void Restore(TensorFile file, ReadOnlySpan<int> ids)
    {
        if (Count > 0 || SoftRows > 0 || _cross is not null)
            throw new InvalidOperationException("only an empty sequence without soft prompt and encoder can be restored");
        _madeFor = KvSnapshot.Read(file, _store, ids.Length);
        if (_ids.Length < ids.Length) Array.Resize(ref _ids, ids.Length);
        ids.CopyTo(_ids);
        Count = ids.Length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _batch.Clear(); // the executor remembers its last batch
        _store.Dispose();
        if (_ownsCross) _cross?.Dispose();
    }

    private void RunSlice(int length, CancellationToken cancellation)
    {
        int from = _store.Length, until = _runtime.SeesAhead ? length : Math.Min(length, from + _runtime.Options.ChunkTokens);
        int hidden = _runtime.Architecture.HiddenSize;
        _batch.Clear();
        _batch.BeginSequence(_store, _cross, length);
        for (int i = from; i < until; i++)
            if (i < SoftRows) _batch.AddVector(SoftPrompt.Span.Slice(i * hidden, hidden), i, wanted: false);
            else _batch.Add(_ids[i - SoftRows], i, wanted: i == length - 1);
        _executor.Run(_batch, cancellation);
    }

    private KvStore RunEncoder(int[] ids, CancellationToken cancellation)
    {
        Executor encoder = _runtime.Executor(PlanRole.Encoder);
        KvStore cross = _runtime.NewStore(encoder.Plan.CrossShape, ids.Length)!;
        try
        {
            using KvStore? own = _runtime.NewStore(encoder.Plan.KvShape, ids.Length);
            _batch.Clear();
            _batch.BeginSequence(own, cross);
            for (int i = 0; i < ids.Length; i++) _batch.Add(ids[i], i, wanted: false);
            encoder.Run(_batch, cancellation);
            return cross;
        }
        catch
        {
            cross.Dispose();
            throw;
        }
    }
}
