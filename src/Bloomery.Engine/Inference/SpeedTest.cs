using System.Diagnostics;
using Bloomery.Models.Execution;
using Bloomery.Models.KvCache;
using Bloomery.Models.Planning;

namespace Bloomery.Engine.Inference;

/// <summary>Times a model on made-up tokens, without sampling: what llama-bench measures.</summary>
internal sealed class SpeedTest(Runtime runtime, CancellationToken cancellation)
{
    private readonly Batch _batch = new();
    private readonly Random _random = new(1);

    /// <summary>Tokens per second.</summary>
    /// <param name="prompt">Tokens of a prompt.</param>
    /// <param name="generated">Tokens fed one by one behind it.</param>
    /// <param name="depth">Tokens in each cache beforehand, not timed.</param>
    /// <param name="sequences">Sequences that are decoded together.</param>
    public double Run(int prompt, int generated, int depth, int sequences)
    {
        Executor executor = runtime.Executor(PlanRole.Decoder);
        int capacity = depth + prompt + generated;
        KvStore?[] stores = [.. Enumerable.Range(0, sequences).Select(_ => runtime.NewStore(executor.Plan.KvShape, capacity))];
        try
        {
            foreach (KvStore? store in stores) Feed(executor, store, 0, depth, capacity);
            long start = Stopwatch.GetTimestamp();
            foreach (KvStore? store in stores) Feed(executor, store, depth, prompt, capacity);
            for (int i = 0; i < generated; i++) Step(executor, stores, depth + prompt + i, capacity);
            return sequences * (double)(prompt + generated) / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        finally
        {
            foreach (KvStore? store in stores) store?.Dispose();
        }
    }

    /// <summary>A prompt, in slices; only its last row is wanted.</summary>
    private void Feed(Executor executor, KvStore? store, int position, int count, int capacity)
    {
        for (int done = 0; done < count;)
        {
            cancellation.ThrowIfCancellationRequested();
            int slice = Math.Min(runtime.Options.ChunkTokens, count - done);
            _batch.Clear();
            _batch.BeginSequence(store, null, capacity);
            for (int i = 0; i < slice; i++, done++) _batch.Add(Token(), position + done, wanted: done == count - 1);
            executor.Run(_batch, cancellation);
        }
    }

    private void Step(Executor executor, KvStore?[] stores, int position, int capacity)
    {
        cancellation.ThrowIfCancellationRequested();
        _batch.Clear();
        foreach (KvStore? store in stores)
        {
            _batch.BeginSequence(store, null, capacity);
            _batch.Add(Token(), position, wanted: true);
        }
        executor.Run(_batch, cancellation);
    }

    private int Token() => _random.Next(runtime.Architecture.VocabularySize);
}
