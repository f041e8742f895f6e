using Bloomery.Models;
using Bloomery.Models.Architectures;
using Bloomery.Models.Execution;
using Bloomery.Models.KvCache;
using Bloomery.Models.Planning;
using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Platform;
using Bloomery.Numerics.Threading;

namespace Bloomery.Engine.Inference;

/// <summary>A loaded model together with what runs it: kernels, threads, executors, cache types. One run at a time.</summary>
internal sealed class Runtime : IDisposable
{
    private readonly Dictionary<(PlanRole, bool), Executor> _executors = [];
    private bool _disposed;

    private Runtime(LoadedModel model, KernelChoice choice, ModelOptions options)
    {
        (Model, Choice, Options) = (model, choice, options);
        bool exact = options.Exact || choice.Kernels.Name == "reference";
        KeyType = options.KeyType ?? (exact ? KvType.F32 : KvType.F16);
        ValueType = options.ValueType ?? KeyType;
        ContextLength = options.ContextLength ?? Math.Max(1, model.Architecture.ContextLength);
        Team = new WorkerTeam(options.Threads is > 0 and int threads ? threads : Processors.DefaultThreads);
        Facts = ModelFacts.Of(model, ContextLength);
    }

    /// <summary>The checkpoint in memory.</summary>
    public LoadedModel Model { get; }

    /// <summary>Which kernels were chosen, and why.</summary>
    public KernelChoice Choice { get; }

    /// <summary>How the model is run.</summary>
    public ModelOptions Options { get; }

    /// <summary>The threads.</summary>
    public WorkerTeam Team { get; }

    /// <summary>How keys are cached.</summary>
    public KvType KeyType { get; }

    /// <summary>How values are cached.</summary>
    public KvType ValueType { get; }

    /// <summary>What the model is.</summary>
    public ModelFacts Facts { get; }

    /// <summary>The family.</summary>
    public Architecture Architecture => Model.Architecture;

    /// <summary>What is odd about the checkpoint, or about how it is run, without being an error.</summary>
    public IReadOnlyList<string> Warnings => [.. Model.Warnings, .. Processors.Crowding(Team.Threads) is { } crowding ? [crowding] : (string[])[]];

    /// <summary>Whether a token's states depend on later tokens, so that a text is run whole.</summary>
    public bool SeesAhead => Architecture.SeesAhead;

    /// <summary>Longest sequence in tokens.</summary>
    public int ContextLength { get; }

    /// <summary>Loads a checkpoint and prepares to run it.</summary>
    /// <exception cref="ArgumentException">The context asked for is longer than the model's table of positions.</exception>
    public static Runtime Load(string path, ModelOptions? options = null)
    {
        options ??= new ModelOptions();
        options.Validate();
        KernelChoice choice = KernelTiers.Detect(options.Kernels);
        LoadedModel model = LoadedModel.Load(path, choice.Kernels, options.Progress, options.KeepMapping,
            options.Threads is > 0 and int threads ? threads : Processors.DefaultThreads);
        if (options.ContextLength > model.PositionLimit)
        {
            int limit = model.PositionLimit.Value;
            model.Dispose();
            throw new ArgumentException(
                $"a context of {options.ContextLength} tokens: the learned positions of "
                + $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(path))} end at {limit}");
        }
        try
        {
            return new Runtime(model, choice, options);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The executor of one role, made at first use.</summary>
    /// <exception cref="ObjectDisposedException">The model is freed.</exception>
    public Executor Executor(PlanRole role, bool recordHiddenStates = false)
    {
        lock (_executors)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_executors.TryGetValue((role, recordHiddenStates), out Executor? executor))
                _executors[(role, recordHiddenStates)] = executor = new Executor(Model.Plan(role, recordHiddenStates), Choice.Kernels, Team);
            return executor;
        }
    }

    /// <summary>Refuses ids that the model has no embedding for.</summary>
    /// <exception cref="ArgumentException">There is one; the message names it.</exception>
    public void CheckIds(ReadOnlySpan<int> ids)
    {
        int vocabulary = Architecture.VocabularySize;
        foreach (int id in ids)
            if ((uint)id >= (uint)vocabulary) throw new ArgumentException($"token id {id} is outside the vocabulary of {vocabulary}");
    }

    /// <summary>An empty cache for what <paramref name="shape"/> says, or null where there is nothing to cache.</summary>
    public KvStore? NewStore(KvShape shape, int capacity = 0) => shape.Layers.Count == 0 ? null : new PagedKvStore(shape, KeyType, ValueType, capacity);

    /// <summary>Waits for what runs and frees the model; later runs fail.</summary>
    public void Dispose()
    {
        lock (_executors)
        {
            _disposed = true;
            foreach (Executor executor in _executors.Values) executor.Dispose();
            Team.Dispose();
            Model.Dispose();
        }
    }
}
